/** Predicted probabilities of classes with the actual ones. */
export interface ClassRows {
  /** The class index of each row. */
  readonly actual: Float64Array;
  /** K numbers a row. */
  readonly probabilities: Float64Array;
  /** K logits a row, or one, that of the second of two classes. */
  readonly logits: Float32Array | Float64Array;
  readonly classes: number;
  /** Null: each row has weight 1. */
  readonly weights: Float64Array | null;
  /** The class that is predicted for each row. */
  readonly predicted: Uint32Array;
}

/**
 * The probabilities of logits (m, K), or of the logits (m, 1) of the second of two classes. The two
 * probabilities of a logit keep their digits: 1 - p is computed from the logit, too.
 */
export function probabilitiesOf(logits: Float32Array | Float64Array, classes: number): Float64Array {
  const rows = classes === 2 ? logits.length : logits.length / classes;
  const probabilities = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const logs = logProbabilities(logits, row, classes);
    for (let k = 0; k < classes; k++) probabilities[row * classes + k] = Math.exp(logs(k));
  }
  return probabilities;
}

/** The log probability of each class of one row, by log-softmax in float64. */
export function logProbabilities(
  logits: Float32Array | Float64Array,
  row: number,
  classes: number,
): (k: number) => number {
  if (classes === 2) {
    const z = logits[row];
    return (k) => -softplus(k === 1 ? -z : z);
  }
  const start = row * classes;
  let max = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) max = Math.max(max, logits[start + k]);
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += Math.exp(logits[start + k] - max);
  const total = max + Math.log(sum);
  return (k) => logits[start + k] - total;
}

/** The most probable class of each row, the first one on ties. */
export function mostProbable(probabilities: Float64Array, classes: number): Uint32Array {
  const chosen = new Uint32Array(probabilities.length / classes);
  for (let row = 0; row < chosen.length; row++) {
    for (let k = 1; k < classes; k++) {
      if (probabilities[row * classes + k] > probabilities[row * classes + chosen[row]]) chosen[row] = k;
    }
  }
  return chosen;
}

/** log(1 + eᶻ) without overflow. */
function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}
