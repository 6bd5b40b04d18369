/**
 * Where a dense column writes: `values` starts as 0 and has `width` inputs a row; the first of the
 * column is at `offset`.
 */
export interface InputBlock {
  readonly values: Float32Array | Float64Array;
  readonly offset: number;
  readonly width: number;
}

/**
 * Where a one-hot column writes: `width` codes a row; its inputs start at `firstInput` of all
 * one-hot inputs.
 */
export interface CodeBlock {
  readonly codes: Int32Array;
  readonly offset: number;
  readonly width: number;
  readonly firstInput: number;
}
