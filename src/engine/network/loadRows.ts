import { type Kernels, NONE } from '../kernels/kernels.ts';
import { checkCodes, NO_CODES } from '../layers/oneHot.ts';
import type { Loss } from '../losses/loss.ts';
import type { Plan } from './plan.ts';

/** Rows of a training's data, whatever part they are for. */
export interface Rows {
  /** Features: a row's dense inputs. */
  readonly X: ArrayLike<number>;
  /** A code for each one-hot column of a row: the number of the input that is 1 among all one-hot inputs, or NO_CODE. */
  readonly codes?: Int32Array;
  /** Targets: a class number a row for crossEntropy, else as many numbers as outputs. */
  readonly T: ArrayLike<number>;
  /** A weight a row; left out, each weighs 1. */
  readonly rowWeights?: ArrayLike<number> | null;
}

/** Puts rows into the arena, from held row `first` on. Throws RangeError when they do not fit or a target is impossible. */
export function loadRows(kernels: Kernels, plan: Plan, loss: Loss, first: number, rows: Rows): void {
  const { dataset, dense, outputs, targetColumns, oneHot } = plan;
  const { values, indices } = kernels;
  const count = rows.T.length / targetColumns;
  const weights = rows.rowWeights ?? null;
  const codes = rows.codes ?? NO_CODES;
  if (rows.X.length !== count * dense) throw new RangeError(`${rows.X.length} features are not ${count} rows`);
  if (first < 0 || first + count > dataset.rows)
    throw new RangeError(`${dataset.rows} rows were planned, not ${first + count}`);
  if (weights !== null && dataset.rowWeights === NONE) throw new RangeError('no row weights were planned');
  if (weights !== null && weights.length !== count) throw new RangeError(`${weights.length} weights are not ${count}`);
  checkCodes(plan, codes, count);

  values.set(rows.X, dataset.X + first * dense);
  if (oneHot !== null) indices.set(codes, oneHot.datasetCodesIndex + first * oneHot.columns.length);
  const T = dataset.T + first * targetColumns;
  for (let e = 0; e < rows.T.length; e++) values[T + e] = loss.target(rows.T[e], outputs);
  if (dataset.rowWeights === NONE) return;
  if (weights === null) values.fill(1, dataset.rowWeights + first, dataset.rowWeights + first + count);
  else values.set(weights, dataset.rowWeights + first);
}

/** Throws RangeError when the row numbers are not those of held rows, or more than there are. */
export function checkRowIndices({ dataset }: Plan, rows: Int32Array): void {
  if (rows.length > dataset.rows) throw new RangeError(`${dataset.rows} rows are held, not ${rows.length}`);
  const stray = rows.find((row) => row < 0 || row >= dataset.rows);
  if (stray !== undefined) throw new RangeError(`there is no held row ${stray}`);
}

/** Makes the held rows whose numbers lie at `rowsIndex` the m rows of the batch. */
export function gatherBatch(kernels: Kernels, plan: Plan, rowsIndex: number, m: number): void {
  const { batch, dataset, dense, targetColumns, oneHot } = plan;
  if (dense > 0) kernels.gatherRows(batch.X, dataset.X, rowsIndex, m, dense);
  if (oneHot !== null)
    kernels.gatherCodes(oneHot.batchCodesIndex, oneHot.datasetCodesIndex, rowsIndex, m, oneHot.columns.length);
  kernels.gatherRows(batch.T, dataset.T, rowsIndex, m, targetColumns);
  if (batch.rowWeights !== NONE) kernels.gatherRows(batch.rowWeights, dataset.rowWeights, rowsIndex, m, 1);
}
