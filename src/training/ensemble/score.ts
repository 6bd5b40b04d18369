import type { LossSpec } from '../../engine/losses/losses.ts';
import type { Numbers } from '../../engine/matrix.ts';
import type { FittedTarget } from '../../features/target.ts';

/** How the mean prediction of an ensemble is judged on the validation rows. Lower is better. */
export interface Score {
  /** The name in messages. */
  readonly name: string;
  /**
   * The weighted sum of the costs of all rows. `means` has the mean prediction of each row: the
   * probability of the true class, a rate or a standardized number. `T` has the target of each row
   * as the network learns it. Without weights, each row weighs 1.
   */
  total(means: Numbers, T: Numbers, weights: Numbers | null): number;
  /** The score for the weighted mean of the costs. */
  finish(meanCost: number): number;
}

/** A probability of 0 in float32 must not make every score infinite. */
const MIN_PROBABILITY = 1e-15;
/** Probabilities whose product is still a normal float64. */
const FACTORS = 16;

const LOG_LOSS: Score = {
  name: 'validation log loss',
  total: (means, _T, weights) => (weights === null ? logLoss(means) : weightedLogLoss(means, weights)),
  finish: (mean) => mean,
};

/** A logarithm costs twenty multiplications, so each is of a product. */
function logLoss(probabilities: Numbers): number {
  let total = 0;
  for (let start = 0; start < probabilities.length; start += FACTORS) {
    const end = Math.min(start + FACTORS, probabilities.length);
    let product = 1;
    for (let row = start; row < end; row++) product *= Math.max(probabilities[row], MIN_PROBABILITY);
    total -= Math.log(product);
  }
  return total;
}

function weightedLogLoss(probabilities: Numbers, weights: Numbers): number {
  let total = 0;
  for (let row = 0; row < probabilities.length; row++)
    total -= weights[row] * Math.log(Math.max(probabilities[row], MIN_PROBABILITY));
  return total;
}

/** The sum of the costs of single rows. */
function sumOf(cost: (value: number, t: number) => number): Score['total'] {
  return (means, T, weights) => {
    let total = 0;
    for (let row = 0; row < means.length; row++) total += (weights?.[row] ?? 1) * cost(means[row], T[row]);
    return total;
  };
}

type LossType = LossSpec['type'];
type SpecOf<Type extends LossType> = Extract<LossSpec, { type: Type }>;

/**
 * The score for each loss. Squared errors are scored by their root, every other loss by itself.
 * Errors of a standardized target are scaled by `deviation` to its unit.
 */
const SCORES: { readonly [Type in LossType]: (loss: SpecOf<Type>, deviation: number) => Score } = {
  mse: (_loss, deviation) => ({
    name: 'validation RMSE',
    total: sumOf((value, t) => (value - t) ** 2),
    finish: (mean) => Math.sqrt(mean) * deviation,
  }),
  mae: (_loss, deviation) => ({
    name: 'validation MAE',
    total: sumOf((value, t) => Math.abs(value - t)),
    finish: (mean) => mean * deviation,
  }),
  huber: ({ delta = 1 }) => ({
    name: 'validation Huber loss',
    total: sumOf((value, t) => huberCost(Math.abs(value - t), delta)),
    finish: (mean) => mean,
  }),
  quantile: ({ level = 0.5 }, deviation) => ({
    name: 'validation quantile loss',
    total: sumOf((value, t) => Math.max(level * (t - value), (level - 1) * (t - value))),
    finish: (mean) => mean * deviation,
  }),
  poisson: () => ({
    name: 'validation Poisson loss',
    total: sumOf((rate, t) => rate - t * Math.log(Math.max(rate, MIN_PROBABILITY))),
    finish: (mean) => mean,
  }),
  binaryCrossEntropy: () => LOG_LOSS,
  crossEntropy: () => LOG_LOSS,
};

function huberCost(error: number, delta: number): number {
  return error <= delta ? 0.5 * error * error : delta * (error - 0.5 * delta);
}

export function scoreOf(loss: LossSpec, target: FittedTarget): Score {
  const deviation = target.kind === 'number' ? target.deviation : 1;
  // The row of the table is that of the loss, which its type cannot express.
  return (SCORES[loss.type] as (loss: LossSpec, deviation: number) => Score)(loss, deviation);
}

/**
 * One number a row, which determines its cost: the probability of the true class, or the
 * prediction. `predictions` has `outputs` numbers a row, `T` the class index or the number.
 */
export function scoredValues(
  predictions: Numbers,
  outputs: number,
  { T, target }: { readonly T: Numbers; readonly target: FittedTarget },
): Float32Array {
  if (target.kind === 'number') return Float32Array.from(predictions);
  if (outputs === 1) return Float32Array.from(T, (t, row) => (t === 1 ? predictions[row] : 1 - predictions[row]));
  return Float32Array.from(T, (t, row) => predictions[row * outputs + t]);
}
