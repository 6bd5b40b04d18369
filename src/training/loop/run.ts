import type { Evaluate } from '../../engine/network/evaluation.ts';
import type { Trainer } from '../../engine/network/trainer.ts';
import type { TrainingThreads } from '../backend/threads.ts';
import { type Measured, type Metrics, measure, measureEpoch, type Targets } from '../metrics/measure.ts';
import type { Prepared } from '../prepare.ts';
import type { EpochReport } from '../report.ts';
import type { SplitName, Splits } from '../split/splits.ts';
import type { WatchedMetric } from './stopRule.ts';

/** A training under way. */
export interface Run {
  readonly prepared: Prepared;
  readonly trainer: Trainer;
  readonly threads: TrainingThreads;
  /** The numbers of the rows of each part in the trainer's arena. */
  readonly splits: Splits;
  /** What is known of the rows of each part. */
  readonly targets: Readonly<Record<SplitName, Targets>>;
}

/** Every metric of a part, of what the model will predict; null when it has no rows. */
export function measureSplit(run: Run, split: SplitName): Metrics | null {
  return run.splits[split].length > 0 ? measure(predictSplit(run, split, run.trainer.evaluateModel)) : null;
}

/** What an epoch tells of the validation rows, computed as precisely as the training. */
export function validate(run: Run, watched: readonly WatchedMetric[]): Pick<EpochReport, 'validationLoss' | 'metrics'> {
  if (run.splits.validation.length === 0) return { validationLoss: null, metrics: {} };
  const measured = predictSplit(run, 'validation', run.trainer.evaluate);
  return { validationLoss: measured.loss, metrics: measureEpoch(measured, watched) };
}

/** Predicts the rows of a part with the trainer's present parameters. */
function predictSplit({ prepared, trainer, splits, targets }: Run, split: SplitName, evaluate: Evaluate): Measured {
  const { outputs } = trainer;
  const predictions = new Float64Array(splits[split].length * outputs);
  const { sum, weight } = evaluate(splits[split], (predicted, first) => predictions.set(predicted, first * outputs));
  return { target: prepared.target, targets: targets[split], predictions, loss: sum / weight };
}
