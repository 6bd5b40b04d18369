import { OPTIMIZERS } from '../engine/optimizers/optimizers.ts';
import type { TrainingSettings } from '../training/schemas/training.ts';
import { isEnsemble, type JobHyperparameters } from './submission/requestSchema.ts';

/** Bounds the length of a step while the gradients of a diverging training grow. */
const MAX_NORM = 1;
const RATE_DIVISOR = 10;

/**
 * The hyperparameters of a job that diverged, with smaller steps: a tenth of the learning rate, at
 * most the default of the optimizer, and gradients clipped to the norm 1. Of an ensemble: those of
 * every network.
 */
export function withSmallerSteps(job: JobHyperparameters): JobHyperparameters {
  if (!isEnsemble(job)) return { ...job, training: smallerSteps(job.training) };
  const members = job.ensemble.members.map((member) => ({ ...member, training: smallerSteps(member.training) }));
  return { ...job, ensemble: { ...job.ensemble, members } };
}

/** What `withSmallerSteps` changes, by field: `training.clipGradientNorm`. */
export function changesOf(job: JobHyperparameters): Record<string, number> {
  const trainings = isEnsemble(job)
    ? job.ensemble.members.map(({ training }, index) => [`ensemble.members.${index}.`, training] as const)
    : [['', job.training] as const];
  return Object.fromEntries(
    trainings.flatMap(([prefix, training]) => {
      const { optimizer, clipGradientNorm } = smallerSteps(training);
      return [
        [`${prefix}training.optimizer.learningRate`, optimizer.learningRate],
        [`${prefix}training.clipGradientNorm`, clipGradientNorm],
      ];
    }),
  );
}

function smallerSteps<Settings extends Pick<TrainingSettings, 'optimizer' | 'clipGradientNorm'>>(
  training: Settings,
): Settings & { readonly clipGradientNorm: number } {
  const { optimizer, clipGradientNorm } = training;
  const learningRate = Math.min(
    optimizer.learningRate / RATE_DIVISOR,
    OPTIMIZERS[optimizer.type].defaults.learningRate,
  );
  return {
    ...training,
    optimizer: { ...optimizer, learningRate },
    clipGradientNorm: Math.min(clipGradientNorm ?? MAX_NORM, MAX_NORM),
  };
}
