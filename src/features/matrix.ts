/** Where a column writes its inputs: `values` holds one row's `width` inputs together; the column's first stands at `offset`. */
export interface InputBlock {
  readonly values: Float32Array | Float64Array;
  readonly offset: number;
  readonly width: number;
}
