/** Where a column writes its inputs: `values`, all 0, holds one row's `width` inputs together; the column's first stands at `offset`. */
export interface InputBlock {
  readonly values: Float32Array | Float64Array;
  readonly offset: number;
  readonly width: number;
}

/** The code of a row that has none of a categorical column's inputs at 1. */
export const NO_CODE = -1;

/** Where a categorical column writes its codes: one row's `width` codes lie together; its inputs begin at `firstInput` of the one-hot ones. */
export interface CodeBlock {
  readonly codes: Int32Array;
  readonly offset: number;
  readonly width: number;
  readonly firstInput: number;
}
