import { BLANK, trimmed } from '../../../formats/blanks.ts';
import { DEFAULT_NULL_VALUES } from '../../../formats/nullValues.ts';
import { literal } from '../../../formats/types/sql.ts';

/** SQL that reads cells of text: trimmed, and NULL when they mean "missing". */
export interface Cells {
  /** The trimmed cell; NULL when missing. */
  readonly value: (column: string) => string;
  /**
   * The cell as DuckDB casts it to a number; NULL when it is not a number or missing. Faster than
   * a format of `value`, and the same when no cell is in `oddNumber`.
   */
  readonly number: (column: string) => string;
  /** The cell as a 64-bit integer, likewise. */
  readonly integer: (column: string) => string;
  /** The cell as a whole number of up to 38 digits, likewise. */
  readonly decimal: (column: string) => string;
  /** Whether DuckDB casts a cell that is no number in any format, such as 1_000 and +-5. */
  readonly oddNumber: (column: string) => string;
  /** Whether the cell means "missing". */
  readonly missing: (column: string) => string;
}

export function cellsOf(nullValues: readonly string[] | null): Cells {
  const nullMarks = (nullValues ?? DEFAULT_NULL_VALUES).map((mark) => mark.trim()).filter((mark) => mark !== '');
  // One expression for any number of marks, because tables have thousands of columns.
  const pattern = literal(`${BLANK}*(?:${nullMarks.map(escapeRegExp).join('|')})?${BLANK}*`);
  const missing = (column: string) => `regexp_full_match(${column}, ${pattern})`;
  const hasNumericMarks = nullMarks.some((mark) => Number.isFinite(Number(mark)));
  const cast = (type: string) => (column: string) => {
    const number = `TRY_CAST(${column} AS ${type})`;
    return hasNumericMarks ? `(CASE WHEN NOT ${missing(column)} THEN ${number} END)` : number;
  };
  return {
    value: (column) => `(CASE WHEN NOT ${missing(column)} THEN ${trimmed(column)} END)`,
    number: cast('DOUBLE'),
    integer: cast('BIGINT'),
    decimal: cast('DECIMAL(38, 0)'),
    oddNumber: (column) => `(contains(${column}, '_') OR contains(${column}, '+-'))`,
    missing,
  };
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
