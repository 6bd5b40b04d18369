import type { Evaluate } from '../../engine/evaluation.ts';
import type { Trainer } from '../../engine/trainer.ts';
import type { TrainingThreads } from '../backend/threads.ts';
import { type Measured, type Metrics, measure, measureEpoch, type Truth } from '../metrics/measure.ts';
import type { Prepared } from '../prepare.ts';
import type { EpochReport } from '../report.ts';
import type { PartName, Parts } from '../split/parts.ts';
import type { Watched } from './halt.ts';

/** A training under way. */
export interface Run {
  readonly prepared: Prepared;
  readonly trainer: Trainer;
  readonly threads: TrainingThreads;
  /** The numbers of the rows of each part in the trainer's arena. */
  readonly held: Parts;
  /** What is known of the rows of each part. */
  readonly truth: Readonly<Record<PartName, Truth>>;
}

/** Every metric of a part, of what the model will predict; null when it has no rows. */
export function measurePart(run: Run, part: PartName): Metrics | null {
  return run.held[part].length > 0 ? measure(predictPart(run, part, run.trainer.evaluateModel)) : null;
}

/** What an epoch tells of the validation rows, computed as precisely as the training. */
export function validate(run: Run, watched: readonly Watched[]): Pick<EpochReport, 'validationLoss' | 'metrics'> {
  if (run.held.validation.length === 0) return { validationLoss: null, metrics: {} };
  const measured = predictPart(run, 'validation', run.trainer.evaluate);
  return { validationLoss: measured.loss, metrics: measureEpoch(measured, watched) };
}

/** Predicts the rows of a part with the trainer's present parameters. */
function predictPart({ prepared, trainer, held, truth }: Run, part: PartName, evaluate: Evaluate): Measured {
  const { outputs } = trainer;
  const predictions = new Float64Array(held[part].length * outputs);
  const { sum, weight } = evaluate(held[part], (predicted, first) => predictions.set(predicted, first * outputs));
  return { target: prepared.target, truth: truth[part], predictions, loss: sum / weight };
}
