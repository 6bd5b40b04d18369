import type { Allocator } from '../memory/allocator.ts';
import { type OneHotColumn, oneHotInputs } from '../network/spec.ts';

/** Where the one-hot inputs of the first layer lie: the last `inputs` of its k. */
export interface OneHotPlan {
  readonly columns: readonly OneHotColumn[];
  /** Of all columns together. */
  readonly inputs: number;
  /** What the inputs of each column are where a row has no code: (inputs, 1). */
  readonly frequencies: number;
  /** The columns of W for such rows (n, columns); made by `fillUsual`. */
  readonly unknownCategory: number;
  /** In `indices`: the codes of the batch (columns, m), and of the held rows. */
  readonly batchCodesIndex: number;
  readonly datasetCodesIndex: number;
}

/** Room for the one-hot inputs of a first layer of n units; `freeIndex` is the first of `indices` that is free. Null: there are none. */
export function planOneHot(
  { allocate }: Allocator,
  columns: readonly OneHotColumn[],
  { units, batchRows, freeIndex }: { readonly units: number; readonly batchRows: number; readonly freeIndex: number },
): OneHotPlan | null {
  if (columns.length === 0) return null;
  const inputs = oneHotInputs(columns);
  return {
    columns,
    inputs,
    frequencies: allocate(inputs),
    unknownCategory: allocate(columns.length * units),
    batchCodesIndex: freeIndex,
    datasetCodesIndex: freeIndex + batchRows * columns.length,
  };
}
