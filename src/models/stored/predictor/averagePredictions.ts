import type { Numbers } from '../../../engine/matrix.ts';
import type { Network } from '../../../engine/network/network.ts';
import { decodeNumber, type FittedTarget } from '../../../features/target.ts';
import type { Inputs } from '../../../features/transform.ts';

/**
 * Averages the predictions of several networks for the same rows, one network after the other.
 * Probabilities are summed by their logarithms, so that one that a float32 rounds to 0 or 1 still
 * has its exact loss.
 */
export interface AveragePredictions {
  /** Adds the predictions of a network for the rows from `first` on. */
  add(network: Network, target: FittedTarget, inputs: Inputs, first: number): void;
  /**
   * The mean over `networks`: log probabilities of each class, or numbers in the unit of the
   * target.
   */
  of(networks: number): Float64Array;
}

/** `classes` is null for a regression. */
export function createAveragePredictions(rows: number, classes: number | null): AveragePredictions {
  const n = classes ?? 1;
  const logs = classes !== null;
  const sums = new Float64Array(rows * n).fill(logs ? Number.NEGATIVE_INFINITY : 0);
  return {
    add(network, target, { X, codes }, first) {
      const predictions =
        target.kind === 'number'
          ? network.predict(X, codes).map((output) => decodeNumber(target, output))
          : logProbabilities(network.outputsFor(X, codes), network.outputs);
      const start = first * n;
      for (const [i, prediction] of predictions.entries()) {
        sums[start + i] = logs ? logOfSum(sums[start + i], prediction) : sums[start + i] + prediction;
      }
    },
    of: (networks) => sums.map((sum) => (logs ? sum - Math.log(networks) : sum / networks)),
  };
}

/**
 * Log probabilities of each class from logits. A single logit belongs to the second of two classes.
 */
function logProbabilities(logits: Float64Array, n: number): Float64Array {
  const ofAll = n === 1 ? withFirstClass(logits) : logits;
  const classes = Math.max(2, n);
  const logs = new Float64Array(ofAll.length);
  for (let start = 0; start < ofAll.length; start += classes) {
    const ofRow = ofAll.subarray(start, start + classes);
    const total = ofRow.reduce(logOfSum);
    for (const [index, logit] of ofRow.entries()) logs[start + index] = logit - total;
  }
  return logs;
}

/** A single logit z equals the two logits 0 and z. */
function withFirstClass(second: Float64Array): Float64Array {
  const both = new Float64Array(2 * second.length);
  for (const [row, logit] of second.entries()) both[2 * row + 1] = logit;
  return both;
}

/** log(eᵃ + eᵇ) without overflow. */
function logOfSum(a: number, b: number): number {
  const [greater, lesser] = a > b ? [a, b] : [b, a];
  return greater === Number.NEGATIVE_INFINITY ? greater : greater + Math.log1p(Math.exp(lesser - greater));
}

/**
 * The outputs that a single network would have for these predictions: logits, log rates or
 * standardised numbers.
 */
export function toLogits(predictions: Float64Array, target: FittedTarget, loss: string): Numbers {
  if (target.kind === 'number') {
    if (loss === 'poisson') return predictions.map(Math.log);
    return predictions.map((value) => (value - target.mean) / target.deviation);
  }
  if (loss !== 'binaryCrossEntropy') return predictions;
  return Float64Array.from(
    { length: predictions.length / 2 },
    (_, row) => predictions[2 * row + 1] - predictions[2 * row],
  );
}
