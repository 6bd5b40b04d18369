import type { CellReaders } from '../../formats/cells.ts';
import type { ParseOptions } from '../../formats/parseOptions.ts';
import type { FieldError } from '../../kit/contract/errors.ts';

/** A chunk of rows as they came, before their cells are read. */
export interface RawRows {
  readonly count: number;
  /** The number of the first one in the whole body, from 0. */
  readonly first: number;
  /** Rows that could not be read at all, and columns that the model does not know. */
  readonly issues: readonly FieldError[];
  /** How the cells of a column are read that was so written in its dataset. */
  readonly cells: (readAs: ParseOptions | undefined) => CellReaders;
  /** The cells of a column, by the row's place in this chunk; undefined where a row has none. */
  column(name: string): (row: number) => unknown;
}
