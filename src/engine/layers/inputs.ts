/** The inputs of a column of categories. */
export interface OneHotColumn {
  readonly inputs: number;
  /**
   * The inputs of a row without a code, outside training: numbers in their order. Default: all 0.
   */
  readonly unknownCategory?: readonly number[];
}

/** The code of a row that has none of a column's inputs at 1. */
export const NO_CODE = -1;

/** How many inputs the columns have together. */
export function oneHotInputs(columns: readonly OneHotColumn[]): number {
  return columns.reduce((sum, { inputs }) => sum + inputs, 0);
}
