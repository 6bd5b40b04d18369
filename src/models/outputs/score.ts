import { NONE } from '../../engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../engine/kernels/reference/reference.ts';
import { createLoss, type LossSpec } from '../../engine/losses/losses.ts';
import type { Numbers } from '../../engine/matrix.ts';

/** Rows with the outputs of a network. */
interface ScoredRows {
  /** n a row. */
  readonly outputs: Numbers;
  readonly n: number;
  /** The target of each row: its class number, or the scaled number. */
  readonly T: Float64Array;
  readonly weights: Float64Array | null;
}

interface Score {
  /** The mean loss of the rows. */
  readonly loss: number;
  /** The outputs after the link: probabilities, rates or numbers. */
  readonly predictions: Float64Array;
}

const CHUNK_ROWS = 4096;

/** The loss of given outputs, as the engine defines it, in float64. */
export function score(spec: LossSpec, { outputs, n, T, weights }: ScoredRows): Score {
  const loss = createLoss(spec);
  const [A, targets, rowWeights] = [0, CHUNK_ROWS * n, CHUNK_ROWS * (n + 1)];
  const kernels = createReferenceKernels({ numbers: CHUNK_ROWS * (n + 2), indices: 0 });
  const { values } = kernels;
  const matrices = { A, dA: NONE, T: targets, rowWeights: weights ? rowWeights : NONE, classWeights: NONE, n };
  const predictions = new Float64Array(outputs.length);
  let [sum, weight] = [0, 0];
  for (let first = 0; first < T.length; first += CHUNK_ROWS) {
    const m = Math.min(CHUNK_ROWS, T.length - first);
    values.set(outputs.subarray(first * n, (first + m) * n), A);
    for (let i = 0; i < m; i++) values[targets + i] = loss.target(T[first + i], n);
    if (weights) values.set(weights.subarray(first, first + m), rowWeights);
    sum += loss.sum(kernels, matrices, m);
    weight += loss.totalWeight(kernels, matrices, m);
    loss.predict(kernels, A, m, n);
    predictions.set(values.subarray(A, A + m * n), first * n);
  }
  return { loss: sum / weight, predictions };
}
