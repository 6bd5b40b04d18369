import type { Numbers } from '../../engine/matrix.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { Outcome } from '../outcome.ts';
import type { EpochReport, RunPlan } from '../report.ts';
import { planBatches } from './batchPlan.ts';
import { createEarlyStopping, type EarlyStopping } from './earlyStopping.ts';
import { type EpochDeps, measureEpoch, trainEpoch } from './epoch.ts';
import type { Run } from './run.ts';
import { advanceEpoch, type Best, checkpointOf, restoreRunState, stepsDone } from './runState.ts';
import { stopsAfter } from './stopRule.ts';

export interface EpochsOptions extends Pick<EpochDeps, 'spec' | 'stopRule' | 'control' | 'clock'> {
  /** The checkpoint to resume from; null: from the start. */
  readonly checkpoint: Checkpoint | null;
  readonly onStart: (plan: RunPlan) => void;
  readonly onEpoch: (report: EpochReport) => void;
  /** After each epoch, before `onEpoch`. */
  readonly onEvaluated?: (evaluated: EvaluatedEpoch) => void;
  /** When one was requested, before a pause or the stop rule, and at the end of the run. */
  readonly onCheckpoint: (checkpoint: Checkpoint) => void;
  /** When it pauses because of its stop rule, after everything else. */
  readonly onStopRule?: () => void;
}

/** The network after an epoch. */
export interface EvaluatedEpoch {
  readonly epoch: number;
  /** For the validation rows, `outputs` numbers a row. */
  readonly predictions: Float64Array;
  /** Copies the parameters and running statistics. */
  snapshot(): Numbers;
}

export type RunResult = Pick<Outcome, 'best' | 'epochs' | 'warnings'>;

/**
 * Trains until all epochs are done, early stopping ends them or a stop is requested, and restores
 * the best epoch's parameters. A run that is stopped in its first epoch measures the finished part.
 * Null if it was cancelled or paused, or met its stop rule. Throws LossDivergedError, and
 * `invalid_spec` if there are too few training rows for a step.
 */
export function runEpochs(run: Run, options: EpochsOptions): RunResult | null {
  const { spec, checkpoint } = options;
  const batchPlan = planBatches(run, spec);
  const state = restoreRunState(run, batchPlan, checkpoint);
  const stopping = createEarlyStopping(
    spec.training.earlyStopping,
    checkpoint ? resumedEarlyStopping(checkpoint) : undefined,
  );
  const initialSteps = stepsDone(state, batchPlan);
  const deps = { ...options, run, batchPlan, state, initialSteps, stopping };
  reportStart(deps);
  const emitCheckpoint = (finished: boolean) =>
    options.onCheckpoint(checkpointOf(run, batchPlan, stopping, state, finished));
  const emitIfAdvanced = () => {
    // Without any step, the checkpoint that it resumed from is still current.
    if (stepsDone(state, batchPlan) > initialSteps) emitCheckpoint(false);
  };

  for (;;) {
    if (meetsStopRule(deps)) {
      emitIfAdvanced();
      options.onStopRule?.();
      return null;
    }
    const stopRequest = trainEpoch(deps, emitIfAdvanced);
    if (stopRequest === 'cancel') return null;
    if (stopRequest === 'pause') {
      emitIfAdvanced();
      return null;
    }
    if (stopRequest === 'stop') {
      emitCheckpoint(true);
      return state.best ? finish(deps, state.best, state.epoch - 1) : finish(deps, endEpoch(deps).best, 1);
    }
    const { best, isOver } = endEpoch(deps);
    advanceEpoch(run, state);
    if (!isOver) continue;
    emitCheckpoint(true);
    return finish(deps, best, state.epoch - 1);
  }
}

/**
 * Checked between epochs and on resume: a run that was killed after the epoch stops there too. A
 * request of the client has priority.
 */
function meetsStopRule({ state: { epoch, batch, best }, stopRule = null, control }: EpochDeps): boolean {
  return (
    stopRule !== null &&
    batch === 0 &&
    best !== null &&
    control.stopRequest() === null &&
    stopsAfter(stopRule, epoch - 1, best)
  );
}

/** Extending a run resets the patience. */
function resumedEarlyStopping({ earlyStopping, finished }: Checkpoint): Checkpoint['earlyStopping'] {
  return finished ? { ...earlyStopping, epochsWithout: 0 } : earlyStopping;
}

/** Reports the length of the run, and what was done before. */
function reportStart({ run, batchPlan, state, initialSteps, spec, control, onStart }: EpochDeps & EpochsOptions): void {
  control.setStep(initialSteps);
  onStart({
    epochs: spec.training.epochs,
    stepsPerEpoch: batchPlan.batches.length,
    rowsPerEpoch: run.splits.training.length,
    maxThreads: run.threads.max,
    done: { epochs: state.epoch - 1, steps: initialSteps },
  });
}

interface EndEpochDeps extends EpochDeps, Pick<EpochsOptions, 'onEpoch' | 'onEvaluated'> {
  readonly stopping: EarlyStopping;
}

/**
 * Measures the epoch, updates the schedule and early stopping, and copies its parameters if it is
 * the best so far.
 */
function endEpoch(deps: EndEpochDeps): { readonly best: Best; readonly isOver: boolean } {
  const { run, batchPlan, state, stopping, spec } = deps;
  const { measures, predictions } = measureEpoch(deps);
  const { epoch, validationLoss, trainingLoss, metrics } = measures;
  batchPlan.schedule.observe(validationLoss ?? trainingLoss);
  const verdict = stopping.judge(measures);
  const before = verdict.best ? null : state.best;
  const best = before ?? { epoch, trainingLoss, validationLoss, metrics, parameters: run.trainer.snapshot() };
  state.best = best;
  deps.onEvaluated?.({ epoch, predictions, snapshot: run.trainer.snapshot });
  deps.onEpoch({ ...measures, isBest: verdict.best });
  return { best, isOver: verdict.stop || epoch >= spec.training.epochs };
}

function finish(
  { run: { trainer }, stopping }: EndEpochDeps,
  { epoch, validationLoss, parameters }: Best,
  epochs: number,
): RunResult {
  trainer.restore(parameters);
  return { best: { epoch, validationLoss }, epochs, warnings: stopping.warnings() };
}
