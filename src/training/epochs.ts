import type { Numbers } from '../engine/matrix.ts';
import type { Schedule } from '../engine/schedules/schedule.ts';
import { createSchedule } from '../engine/schedules/schedules.ts';
import type { Clock } from '../kit/clock.ts';
import { type Batch, batchesOf } from './batches.ts';
import { LossDivergedError } from './diverged.ts';
import { createEarlyStopping } from './earlyStopping.ts';
import { invalidSpec } from './invalidSpec.ts';
import type { Outcome } from './outcome.ts';
import type { EpochReport, RunPlan } from './report.ts';
import { type Run, validate } from './run.ts';
import type { TrainingSpec } from './schemas/spec.ts';

/** Asked and told at every step, so both must be cheap: memory that threads share. */
export interface RunControl {
  stopRequested(): boolean;
  /** Steps since the run began. */
  setStep(step: number): void;
}

export interface EpochsOptions {
  readonly spec: TrainingSpec;
  readonly control: RunControl;
  readonly clock: Clock;
  readonly onStart: (plan: RunPlan) => void;
  readonly onEpoch: (report: EpochReport) => void;
}

interface Best {
  readonly epoch: number;
  readonly validationLoss: number | null;
  readonly parameters: Numbers;
}

/**
 * Trains until the epochs are done or early stopping ends them, and leaves the trainer with the best epoch's parameters.
 * Null when it was asked to stop. Throws LossDivergedError, and `invalid_spec` when the training rows are too few for a step.
 */
export function runEpochs(run: Run, options: EpochsOptions): Pick<Outcome, 'best' | 'epochs'> | null {
  const { training } = options.spec;
  const course = planCourse(run, options.spec);
  const stopping = createEarlyStopping(training.earlyStopping);
  options.onStart({
    epochs: training.epochs,
    stepsPerEpoch: course.batches.length,
    rowsPerEpoch: run.held.training.length,
  });

  let best: Best | undefined;
  for (let epoch = 1; ; epoch++) {
    const report = runEpoch(run, course, epoch, options);
    if (report === null) return null;
    course.schedule.observe(report.validationLoss ?? report.trainingLoss);
    options.onEpoch(report);
    const verdict = stopping.judge(report);
    if (verdict.best || best === undefined) {
      best = { epoch, validationLoss: report.validationLoss, parameters: run.trainer.snapshot() };
    }
    if (!verdict.stop && epoch < training.epochs) continue;
    run.trainer.restore(best.parameters);
    return { best: { epoch: best.epoch, validationLoss: best.validationLoss }, epochs: epoch };
  }
}

/** The batches of every epoch and the learning rate of every step. */
interface Course {
  readonly batches: readonly Batch[];
  readonly schedule: Schedule;
}

function planCourse({ trainer, held }: Run, { training }: TrainingSpec): Course {
  const batches = batchesOf(held.training.length, training.batchSize, trainer.fewestRows);
  if (batches.length === 0) {
    throw invalidSpec('/split', `Batch normalization needs ${trainer.fewestRows} training rows at least.`);
  }
  const steps = training.epochs * batches.length;
  const schedule = createSchedule(training.schedule, {
    learningRate: trainer.learningRate,
    steps,
    stepsPerEpoch: batches.length,
  });
  return { batches, schedule };
}

/** One time through the training rows, and a look at the validation rows. Null when asked to stop. */
function runEpoch(run: Run, course: Course, epoch: number, options: EpochsOptions): EpochReport | null {
  const { spec, clock } = options;
  const startedAt = clock();
  const trained = trainEpoch(run, course, epoch, options.control);
  if (trained === null) return null;
  const trainedAt = clock();
  const validation = validate(run, spec.training.earlyStopping?.metric ?? 'validationLoss');
  if (!Number.isFinite(validation.validationLoss ?? 0)) throw new LossDivergedError(epoch, run.trainer.learningRate);
  return {
    epoch,
    epochs: spec.training.epochs,
    step: epoch * course.batches.length,
    ...trained,
    ...validation,
    seconds: (clock() - startedAt) / 1000,
    rowsPerSecond: rowsPerSecond(run.held.training.length, trainedAt - startedAt),
  };
}

/** Steps over all batches in a new order. */
function trainEpoch(
  { trainer, held }: Run,
  { batches, schedule }: Course,
  epoch: number,
  control: RunControl,
): Pick<EpochReport, 'trainingLoss' | 'learningRate'> | null {
  trainer.order(held.training, true);
  const stepsBefore = (epoch - 1) * batches.length;
  let [sum, weight, learningRate] = [0, 0, 0];
  for (const [index, { start, rows }] of batches.entries()) {
    if (control.stopRequested()) return null;
    learningRate = schedule.rate(stepsBefore + index);
    const loss = trainer.trainStep(start, rows, learningRate);
    if (!Number.isFinite(loss.sum)) throw new LossDivergedError(epoch, trainer.learningRate);
    sum += loss.sum;
    weight += loss.weight;
    control.setStep(stepsBefore + index + 1);
  }
  return { trainingLoss: sum / weight, learningRate };
}

/** A clock may not have moved within a short epoch. */
function rowsPerSecond(rows: number, ms: number): number {
  return Math.round((rows / Math.max(1, ms)) * 1000);
}
