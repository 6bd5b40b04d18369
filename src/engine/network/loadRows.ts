import { type Kernels, NONE } from '../kernels/kernels.ts';
import { NO_CODE, type OneHotColumn } from '../layers/inputs.ts';
import type { Loss } from '../losses/loss.ts';
import type { Numbers } from '../matrix.ts';
import type { Plan } from './plan.ts';

/** Rows of a training's dataset, of any split. */
export interface Rows {
  /** Dense inputs (dense, rows), one row's together. */
  readonly X: ArrayLike<number>;
  /**
   * Codes (columns, rows): the number of the input that is 1 among all one-hot inputs, or NO_CODE.
   */
  readonly codes?: Int32Array;
  /** Targets: a class number a row for crossEntropy, else as many numbers as outputs. */
  readonly T: ArrayLike<number>;
  /** One weight a row. Default: 1 each. */
  readonly rowWeights?: ArrayLike<number> | null;
}

/** The codes of rows without one-hot columns. */
export const NO_CODES = new Int32Array(0);

/**
 * Copies rows into the dataset, from row `first` on. Throws RangeError when they do not fit or a
 * target is impossible.
 */
export function loadRows(kernels: Kernels, plan: Plan, loss: Loss, first: number, rows: Rows): void {
  const { dataset, dense, outputs, targetColumns, oneHot } = plan;
  const { values, indices } = kernels;
  const count = rows.T.length / targetColumns;
  const weights = rows.rowWeights ?? null;
  const codes = rows.codes ?? NO_CODES;
  if (rows.X.length !== count * dense)
    throw new RangeError(`Expected ${count * dense} features of ${count} rows, got ${rows.X.length}.`);
  if (first < 0 || first + count > dataset.rows)
    throw new RangeError(`Expected rows 0 to ${dataset.rows - 1}, got ${first} to ${first + count - 1}.`);
  if (weights !== null && dataset.rowWeights === NONE)
    throw new RangeError('The network was planned without row weights: plan it with weighted rows.');
  if (weights !== null && weights.length !== count)
    throw new RangeError(`Expected ${count} row weights, got ${weights.length}.`);
  checkCodes(oneHot, codes, count);

  writeInputs(values, dataset.X + first * dense, rows.X, plan);
  indices.set(codes, dataset.codesIndex + first * oneHot.length);
  const T = dataset.T + first * targetColumns;
  for (let e = 0; e < rows.T.length; e++) values[T + e] = loss.target(rows.T[e], outputs);
  if (dataset.rowWeights === NONE) return;
  if (weights === null) values.fill(1, dataset.rowWeights + first, dataset.rowWeights + first + count);
  else values.set(weights, dataset.rowWeights + first);
}

/** Copies dense inputs (dense, rows) into the arena, in the order of X. */
export function writeInputs(
  values: Numbers,
  to: number,
  inputs: ArrayLike<number>,
  { dense, inputOrder }: Pick<Plan, 'dense' | 'inputOrder'>,
): void {
  if (inputOrder === null) {
    values.set(inputs, to);
    return;
  }
  for (let row = 0; row < inputs.length; row += dense) {
    for (let at = 0; at < dense; at++) values[to + row + at] = inputs[row + inputOrder[at]];
  }
}

/** Writes what the layers' passes read and never change into a new arena. */
export function writeConstants(kernels: Kernels, { chain }: Plan): void {
  for (const layer of chain) layer.writeConstants?.(kernels);
}

/**
 * Throws RangeError unless there is one code a column and row, each within its column or NO_CODE.
 */
export function checkCodes(columns: readonly OneHotColumn[], codes: Int32Array, rows: number): void {
  if (codes.length !== rows * columns.length)
    throw new RangeError(`Expected ${rows * columns.length} codes of ${rows} rows, got ${codes.length}.`);
  let first = 0;
  for (const [column, { inputs }] of columns.entries()) {
    const end = first + inputs;
    for (let at = column; at < codes.length; at += columns.length) {
      const code = codes[at];
      if (code === NO_CODE || (code >= first && code < end)) continue;
      throw new RangeError(`Expected codes ${first} to ${end - 1} in one-hot column ${column}, got ${code}.`);
    }
    first = end;
  }
}

/** Throws RangeError on a row that the dataset does not have, or on more rows than it has. */
export function checkRowIndices({ dataset }: Plan, rows: Int32Array): void {
  if (rows.length > dataset.rows)
    throw new RangeError(`Expected at most the dataset's ${dataset.rows} rows, got ${rows.length}.`);
  const stray = rows.find((row) => row < 0 || row >= dataset.rows);
  if (stray !== undefined) throw new RangeError(`Expected rows 0 to ${dataset.rows - 1}, got ${stray}.`);
}

/**
 * Copies m rows of the dataset into the batch. Their numbers are in `indices`, from `rowsIndex` on.
 */
export function gatherBatch(kernels: Kernels, plan: Plan, rowsIndex: number, m: number): void {
  const { batch, dataset, dense, targetColumns, oneHot } = plan;
  if (dense > 0) kernels.gatherRows(batch.X, dataset.X, rowsIndex, m, dense);
  if (oneHot.length > 0) kernels.gatherCodes(batch.codesIndex, dataset.codesIndex, rowsIndex, m, oneHot.length);
  kernels.gatherRows(batch.T, dataset.T, rowsIndex, m, targetColumns);
  if (batch.rowWeights !== NONE) kernels.gatherRows(batch.rowWeights, dataset.rowWeights, rowsIndex, m, 1);
}
