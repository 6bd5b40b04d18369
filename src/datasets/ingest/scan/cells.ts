import { DEFAULT_NULL_VALUES } from '../../../formats/nullValues.ts';
import { literal } from '../../../formats/types/sql.ts';

/** SQL that reads cells of text: trimmed, and NULL when they mean "missing". */
export interface Cells {
  /** The trimmed cell; NULL when missing. */
  readonly value: (column: string) => string;
  /**
   * The cell as a number; NULL when it is not a number or missing. Faster than a cast of `value`.
   */
  readonly number: (column: string) => string;
  /** The cell as a 64-bit integer, likewise. */
  readonly integer: (column: string) => string;
  /** Whether the cell means "missing". */
  readonly missing: (column: string) => string;
}

export function cellsOf(nullValues: readonly string[] | null): Cells {
  const nullMarks = (nullValues ?? DEFAULT_NULL_VALUES).map((mark) => mark.trim()).filter((mark) => mark !== '');
  // One expression for any number of marks, because tables have thousands of columns.
  const pattern = literal(`\\s*(${nullMarks.map(escapeRegExp).join('|')})?\\s*`);
  const missing = (column: string) => `regexp_full_match(${column}, ${pattern})`;
  const hasNumericMarks = nullMarks.some((mark) => Number.isFinite(Number(mark)));
  const cast = (type: string) => (column: string) => {
    const number = `TRY_CAST(${column} AS ${type})`;
    return hasNumericMarks ? `(CASE WHEN NOT ${missing(column)} THEN ${number} END)` : number;
  };
  return {
    value: (column) => `(CASE WHEN NOT ${missing(column)} THEN trim(${column}) END)`,
    number: cast('DOUBLE'),
    integer: cast('BIGINT'),
    missing,
  };
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
