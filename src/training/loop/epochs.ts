import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { Outcome } from '../outcome.ts';
import type { EpochReport, RunPlan } from '../report.ts';
import { planCourse } from './course.ts';
import { createEarlyStopping, type EarlyStopping } from './earlyStopping.ts';
import { type EpochParts, measureEpoch, trainEpoch } from './epoch.ts';
import { haltsAfter } from './halt.ts';
import type { Run } from './run.ts';
import { type Best, checkpointOf, standAt, standAtNextEpoch, stepsDone } from './standing.ts';

export interface EpochsOptions extends Pick<EpochParts, 'spec' | 'halt' | 'control' | 'clock'> {
  /** Where to go on from; null: from the start. */
  readonly checkpoint: Checkpoint | null;
  readonly onStart: (plan: RunPlan) => void;
  readonly onEpoch: (report: EpochReport) => void;
  /** When one was wished for, before a pause or a halt, and at the end of the run. */
  readonly onCheckpoint: (checkpoint: Checkpoint) => void;
  /** When it pauses of itself, last of all. */
  readonly onHalt?: () => void;
}

type Ran = Pick<Outcome, 'best' | 'epochs'>;

/**
 * Trains until the epochs are done, early stopping ends them or it is asked to stop, and leaves the trainer with the best epoch's parameters. A
 * run that is stopped within its first epoch measures what there is of it. Null when it was cancelled or paused, or has halted.
 * Throws LossDivergedError, and `invalid_spec` when the training rows are too few for a step.
 */
export function runEpochs(run: Run, options: EpochsOptions): Ran | null {
  const { spec, checkpoint } = options;
  const course = planCourse(run, spec);
  const standing = standAt(run, course, checkpoint);
  const stopping = createEarlyStopping(spec.training.earlyStopping, checkpoint ? patienceAfter(checkpoint) : undefined);
  const stepsBefore = stepsDone(standing, course);
  const parts = { ...options, run, course, standing, stepsBefore, stopping };
  tellStart(parts);
  const handOut = (finished: boolean) => options.onCheckpoint(checkpointOf(run, course, stopping, standing, finished));
  const keep = () => {
    // Where nothing was done, the checkpoint that it went on from is as good.
    if (stepsDone(standing, course) > stepsBefore) handOut(false);
  };

  for (;;) {
    if (isToHalt(parts)) {
      keep();
      options.onHalt?.();
      return null;
    }
    const ending = trainEpoch(parts, keep);
    if (ending === 'cancel') return null;
    if (ending === 'pause') {
      keep();
      return null;
    }
    if (ending === 'stop') {
      handOut(true);
      return standing.best ? leave(run, standing.best, standing.epoch - 1) : leave(run, closeEpoch(parts).best, 1);
    }
    const { best, isOver } = closeEpoch(parts);
    standAtNextEpoch(run, standing);
    if (!isOver) continue;
    handOut(true);
    return leave(run, best, standing.epoch - 1);
  }
}

/** Asked between two epochs and when a run goes on: one that was killed behind an epoch halts there all the same. What a client wants comes first. */
function isToHalt({ standing: { epoch, batch, best }, halt = null, control }: EpochParts): boolean {
  return (
    halt !== null && batch === 0 && best !== null && control.ending() === null && haltsAfter(halt, epoch - 1, best)
  );
}

/** Whoever extends a run has new patience with it. */
function patienceAfter({ earlyStopping, finished }: Checkpoint): Checkpoint['earlyStopping'] {
  return finished ? { ...earlyStopping, epochsWithout: 0 } : earlyStopping;
}

/** Reports how long the run is, and what was done before. */
function tellStart({ run, course, standing, stepsBefore, spec, control, onStart }: EpochParts & EpochsOptions): void {
  control.setStep(stepsBefore);
  onStart({
    epochs: spec.training.epochs,
    stepsPerEpoch: course.batches.length,
    rowsPerEpoch: run.held.training.length,
    mostThreads: run.threads.most,
    done: { epochs: standing.epoch - 1, steps: stepsBefore },
  });
}

interface ClosingParts extends EpochParts, Pick<EpochsOptions, 'onEpoch'> {
  readonly stopping: EarlyStopping;
}

/** Measures the epoch, lets the schedule and early stopping know, and keeps its parameters when it is the best so far. */
function closeEpoch(parts: ClosingParts): { readonly best: Best; readonly isOver: boolean } {
  const { run, course, standing, stopping, spec } = parts;
  const measures = measureEpoch(parts);
  const { epoch, validationLoss, trainingLoss, metrics } = measures;
  course.schedule.observe(validationLoss ?? trainingLoss);
  const verdict = stopping.judge(measures);
  const before = verdict.best ? null : standing.best;
  const best = before ?? { epoch, trainingLoss, validationLoss, metrics, parameters: run.trainer.snapshot() };
  standing.best = best;
  parts.onEpoch({ ...measures, isBest: verdict.best });
  return { best, isOver: verdict.stop || epoch >= spec.training.epochs };
}

function leave({ trainer }: Run, { epoch, validationLoss, parameters }: Best, epochs: number): Ran {
  trainer.restore(parameters);
  return { best: { epoch, validationLoss }, epochs };
}
