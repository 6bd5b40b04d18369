import type { Clock } from '../../kit/clock.ts';
import type { EpochMeasures } from '../report.ts';
import type { TrainingSpec } from '../schemas/spec.ts';
import type { BatchPlan } from './batchPlan.ts';
import { LossDivergedError } from './diverged.ts';
import { type Run, validate } from './run.ts';
import type { RunControl, StopRequest } from './runControl.ts';
import { type RunState, stepsDone } from './runState.ts';
import type { StopRule } from './stopRule.ts';

export interface EpochDeps {
  readonly run: Run;
  readonly batchPlan: BatchPlan;
  /** Updated at every step. */
  readonly state: RunState;
  /** Finished steps when the run began or resumed: a checkpoint there would be redundant. */
  readonly initialSteps: number;
  readonly spec: TrainingSpec;
  /** Where it pauses automatically; null or absent: nowhere. */
  readonly stopRule?: StopRule | null | undefined;
  readonly control: RunControl;
  readonly clock: Clock;
}

/**
 * Trains on the remaining batches of the epoch, in its order. Calls `emitCheckpoint` when a
 * checkpoint is requested. Returns the stop request, if any; a run that will make its model takes
 * at least one step.
 */
export function trainEpoch(deps: EpochDeps, emitCheckpoint: () => void): StopRequest | null {
  const { run, batchPlan, state, initialSteps, control, clock } = deps;
  const startedAt = clock() - state.sums.ms;
  const recordTime = () => {
    state.sums.ms = clock() - startedAt;
  };
  run.trainer.order(run.splits.training, true);
  while (state.batch < batchPlan.batches.length) {
    const stopRequest = control.stopRequest();
    const isEmpty = state.best === null && state.batch === 0;
    if (stopRequest !== null && !(stopRequest === 'stop' && isEmpty)) {
      recordTime();
      return stopRequest;
    }
    if (stepsDone(state, batchPlan) > initialSteps && control.consumeCheckpointRequest()) {
      recordTime();
      emitCheckpoint();
    }
    run.threads.update();
    trainBatch(deps);
    control.setStep(stepsDone(state, batchPlan));
  }
  recordTime();
  return null;
}

/** A step on the next batch. */
function trainBatch({ run: { trainer }, batchPlan, state }: EpochDeps): void {
  const { start, rows } = batchPlan.batches[state.batch];
  const { sums } = state;
  sums.learningRate = batchPlan.schedule.rate(stepsDone(state, batchPlan));
  const loss = trainer.trainStep(start, rows, sums.learningRate);
  if (!Number.isFinite(loss.sum)) throw new LossDivergedError(state.epoch, trainer.learningRate);
  sums.loss += loss.sum;
  sums.weight += loss.weight;
  state.batch += 1;
}

/** An epoch, and its predictions for the validation rows. */
export interface MeasuredEpoch {
  readonly measures: EpochMeasures;
  readonly predictions: Float64Array;
}

/** The measures of the epoch, including the validation rows. */
export function measureEpoch({ run, batchPlan, state, spec, stopRule, clock }: EpochDeps): MeasuredEpoch {
  const { epoch, batch, sums } = state;
  const last = batchPlan.batches[batch - 1];
  const startedAt = clock();
  const watched = [spec.training.earlyStopping?.metric, stopRule?.metric].filter((metric) => metric !== undefined);
  const { predictions, ...validation } = validate(run, watched);
  if (!Number.isFinite(validation.validationLoss ?? 0)) throw new LossDivergedError(epoch, run.trainer.learningRate);
  const measures = {
    epoch,
    epochs: spec.training.epochs,
    step: stepsDone(state, batchPlan),
    trainingLoss: sums.loss / sums.weight,
    learningRate: sums.learningRate,
    ...validation,
    seconds: (sums.ms + clock() - startedAt) / 1000,
    rowsPerSecond: rowsPerSecond(last.start + last.rows, sums.ms),
  };
  return { measures, predictions };
}

/** A clock may not have advanced in a short epoch. */
function rowsPerSecond(rows: number, ms: number): number {
  return Math.round((rows / Math.max(1, ms)) * 1000);
}
