import type { FieldError } from '../../kit/contract/errors.ts';

/** A chunk of rows whose cells are not parsed yet. */
export interface RawRows {
  readonly count: number;
  /** The number of the first row in the whole body, from 0. */
  readonly first: number;
  /** Rows that could not be parsed, and unknown columns. */
  readonly issues: readonly FieldError[];
  /** The cells of a column by row index in this chunk; undefined where a row has none. */
  column(name: string): (row: number) => unknown;
  /** The same cells, but numbers and nested values of JSON are their source text. */
  texts(name: string): (row: number) => unknown;
}
