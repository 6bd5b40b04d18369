import type { Kernels } from '../kernels/kernels.ts';
import { fillUnknownCategory } from '../layers/oneHot.ts';
import type { Loss } from '../losses/loss.ts';
import type { LossSum } from '../lossSum.ts';
import type { Numbers } from '../matrix.ts';
import { infer } from './forward.ts';
import { checkRowIndices, gatherBatch } from './loadRows.ts';
import { lossMatricesOf } from './matrices.ts';
import type { Plan } from './plan.ts';

/** Gets the predictions of m rows, `outputs` numbers a row, from the `first` of the evaluated on; they last until it returns. */
type OnPredictions = (predictions: Numbers, first: number, m: number) => void;

export type Evaluate = (rows: Int32Array, onPredictions?: OnPredictions) => LossSum;

/** Rows of a pass at least, where so many are held: small ones would be mostly calls. Twice as many fall out of the second-level cache. */
export const EVALUATION_ROWS = 256;

/** The loss of held rows without gradients, as many at once as were planned. Throws RangeError on a row that is not held. */
export function evaluation(kernels: Kernels, plan: Plan, loss: Loss): Evaluate {
  const { batch, outputs, passIndex } = plan;
  const matrices = lossMatricesOf(plan);
  const { A } = matrices;
  return (rows, onPredictions) => {
    checkRowIndices(plan, rows);
    fillUnknownCategory(kernels, plan);
    let sum = 0;
    let weight = 0;
    for (let first = 0; first < rows.length; first += batch.rows) {
      const chunk = rows.subarray(first, first + batch.rows);
      const m = chunk.length;
      kernels.indices.set(chunk, passIndex);
      gatherBatch(kernels, plan, passIndex, m);
      infer(kernels, plan, m);
      sum += loss.sum(kernels, matrices, m);
      weight += loss.totalWeight(kernels, matrices, m);
      if (onPredictions === undefined) continue;
      loss.predict(kernels, A, m, outputs);
      onPredictions(kernels.values.subarray(A, A + m * outputs), first, m);
    }
    return { sum, weight };
  };
}
