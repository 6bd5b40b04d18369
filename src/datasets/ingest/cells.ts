import { DEFAULT_NULL_VALUES } from '../../formats/nullValues.ts';
import { literal } from '../../formats/types/sql.ts';

/** How cells of text are read: trimmed, and NULL where they mean "missing". */
export interface Cells {
  /** SQL for the trimmed cell, NULL when missing. */
  readonly value: (column: string) => string;
  /** SQL for the cell as a number, NULL when it is none or missing; quicker than by way of `value`. */
  readonly number: (column: string) => string;
  /** The same for whole numbers. */
  readonly integer: (column: string) => string;
  /** SQL: whether the cell means "missing". */
  readonly missing: (column: string) => string;
}

export function cellsOf(nullValues: readonly string[] | null): Cells {
  const nullMarks = (nullValues ?? DEFAULT_NULL_VALUES).map((mark) => mark.trim()).filter((mark) => mark !== '');
  // One expression, however many marks there are: tables have thousands of columns.
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
