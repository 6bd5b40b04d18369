import type { Kernels } from '../kernels/kernels.ts';
import type { Loss } from '../losses/loss.ts';
import type { LossSum } from '../lossSum.ts';
import type { Numbers } from '../matrix.ts';
import { forward, prepareInference } from './forward.ts';
import { checkRowIndices, gatherBatch } from './loadRows.ts';
import { lossMatricesOf } from './matrices.ts';
import type { Plan } from './plan.ts';

/**
 * Receives the predictions of m rows, `outputs` numbers a row, from the evaluated row number
 * `first` on. They are valid until it returns.
 */
type OnPredictions = (predictions: Numbers, first: number, m: number) => void;

/**
 * Returns the loss of the dataset's rows, without gradients. Throws RangeError on a row that the
 * dataset does not have.
 */
export type Evaluate = (rows: Int32Array, onPredictions?: OnPredictions) => LossSum;

/**
 * Rows of a pass at least, where the dataset has so many. Smaller ones are mostly calls; 512 exceed
 * the L2 cache.
 */
export const EVALUATION_ROWS = 256;

/** Evaluates in passes of as many rows as were planned. */
export function createEvaluation(kernels: Kernels, plan: Plan, loss: Loss): Evaluate {
  const { batch, outputs, passIndex } = plan;
  const matrices = lossMatricesOf(plan);
  return (rows, onPredictions) => {
    checkRowIndices(plan, rows);
    prepareInference(kernels, plan);
    let sum = 0;
    let weight = 0;
    for (let first = 0; first < rows.length; first += batch.rows) {
      const chunk = rows.subarray(first, first + batch.rows);
      const m = chunk.length;
      kernels.indices.set(chunk, passIndex);
      gatherBatch(kernels, plan, passIndex, m);
      const A = forward(kernels, plan, m, null);
      sum += loss.sum(kernels, matrices, m);
      weight += loss.totalWeight(kernels, matrices, m);
      if (onPredictions === undefined) continue;
      loss.predict(kernels, A, m, outputs);
      onPredictions(kernels.values.subarray(A, A + m * outputs), first, m);
    }
    return { sum, weight };
  };
}
