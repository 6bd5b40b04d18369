import type { Evaluate } from '../../engine/network/evaluation.ts';
import type { Trainer } from '../../engine/network/trainer.ts';
import { type Measured, type Metrics, measure, measureEpoch, type Targets } from '../metrics/measure.ts';
import type { Prepared } from '../prepare.ts';
import type { EpochMeasures } from '../report.ts';
import type { WatchedMetric } from '../schemas/monitors.ts';
import type { SplitName, Splits } from '../split/splits.ts';
import type { TrainingThreads } from './threads.ts';

/** A training in progress. */
export interface Run {
  readonly prepared: Prepared;
  readonly trainer: Trainer;
  readonly threads: TrainingThreads;
  /** The row indices of each split in the trainer's arena. */
  readonly splits: Splits;
  /** The targets of each split. */
  readonly targets: Readonly<Record<SplitName, Targets>>;
}

/** Every metric of a split, for the predictions of the model; null if it has no rows. */
export function measureSplit(run: Run, split: SplitName): Metrics | null {
  return run.splits[split].length > 0 ? measure(predictSplit(run, split, run.trainer.evaluateModel)) : null;
}

/** The validation rows after an epoch, in the precision of the training. */
export interface Validation extends Pick<EpochMeasures, 'validationLoss' | 'metrics'> {
  /** `outputs` numbers a row. */
  readonly predictions: Float64Array;
}

export function validate(run: Run, watched: readonly WatchedMetric[]): Validation {
  if (run.splits.validation.length === 0)
    return { validationLoss: null, metrics: {}, predictions: new Float64Array(0) };
  const measured = predictSplit(run, 'validation', run.trainer.evaluate);
  const { loss: validationLoss, predictions } = measured;
  return { validationLoss, metrics: measureEpoch(measured, watched), predictions };
}

/** Predicts the rows of a split with the trainer's current parameters. */
export function predictSplit(
  { prepared, trainer, splits, targets }: Run,
  split: SplitName,
  evaluate: Evaluate,
): Measured {
  const { outputs } = trainer;
  const predictions = new Float64Array(splits[split].length * outputs);
  const { sum, weight } = evaluate(splits[split], (predicted, first) => predictions.set(predicted, first * outputs));
  return { target: prepared.target, targets: targets[split], predictions, loss: sum / weight };
}
