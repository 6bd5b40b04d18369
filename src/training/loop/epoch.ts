import type { Clock } from '../../kit/clock.ts';
import type { EpochMeasures } from '../report.ts';
import type { TrainingSpec } from '../schemas/spec.ts';
import type { Ending, RunControl } from './control.ts';
import type { Course } from './course.ts';
import { LossDivergedError } from './diverged.ts';
import type { Halt } from './halt.ts';
import { type Run, validate } from './run.ts';
import { type Standing, stepsDone } from './standing.ts';

export interface EpochParts {
  readonly run: Run;
  readonly course: Course;
  /** Moved on with every step. */
  readonly standing: Standing;
  /** Steps that were done when the run began, or resumed: a checkpoint there would say nothing new. */
  readonly stepsBefore: number;
  readonly spec: TrainingSpec;
  /** Where it pauses of itself; null or left out: nowhere. */
  readonly halt?: Halt | null | undefined;
  readonly control: RunControl;
  readonly clock: Clock;
}

/**
 * Steps over the batches that are left of the epoch, in its own order. `keep` is called when a checkpoint is wanted. Gives how the run was asked
 * to end; a run that is to make its model takes one step at least.
 */
export function trainEpoch(parts: EpochParts, keep: () => void): Ending | null {
  const { run, course, standing, stepsBefore, control, clock } = parts;
  const startedAt = clock() - standing.sums.ms;
  const takeTime = () => {
    standing.sums.ms = clock() - startedAt;
  };
  run.trainer.order(run.held.training, true);
  while (standing.batch < course.batches.length) {
    const ending = control.ending();
    const isEmpty = standing.best === null && standing.batch === 0;
    if (ending !== null && !(ending === 'stop' && isEmpty)) {
      takeTime();
      return ending;
    }
    if (stepsDone(standing, course) > stepsBefore && control.takeCheckpointWish()) {
      takeTime();
      keep();
    }
    run.threads.follow();
    takeStep(parts);
    control.setStep(stepsDone(standing, course));
  }
  takeTime();
  return null;
}

/** A step over the next batch. */
function takeStep({ run: { trainer }, course, standing }: EpochParts): void {
  const { start, rows } = course.batches[standing.batch];
  const { sums } = standing;
  sums.learningRate = course.schedule.rate(stepsDone(standing, course));
  const loss = trainer.trainStep(start, rows, sums.learningRate);
  if (!Number.isFinite(loss.sum)) throw new LossDivergedError(standing.epoch, trainer.learningRate);
  sums.loss += loss.sum;
  sums.weight += loss.weight;
  standing.batch += 1;
}

/** What the epoch comes to, after a look at the validation rows. */
export function measureEpoch({ run, course, standing, spec, halt, clock }: EpochParts): EpochMeasures {
  const { epoch, batch, sums } = standing;
  const last = course.batches[batch - 1];
  const startedAt = clock();
  const watched = [spec.training.earlyStopping?.metric, halt?.metric].filter((metric) => metric !== undefined);
  const validation = validate(run, watched);
  if (!Number.isFinite(validation.validationLoss ?? 0)) throw new LossDivergedError(epoch, run.trainer.learningRate);
  return {
    epoch,
    epochs: spec.training.epochs,
    step: stepsDone(standing, course),
    trainingLoss: sums.loss / sums.weight,
    learningRate: sums.learningRate,
    ...validation,
    seconds: (sums.ms + clock() - startedAt) / 1000,
    rowsPerSecond: rowsPerSecond(last.start + last.rows, sums.ms),
  };
}

/** A clock may not have moved within a short epoch. */
function rowsPerSecond(rows: number, ms: number): number {
  return Math.round((rows / Math.max(1, ms)) * 1000);
}
