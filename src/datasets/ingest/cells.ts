import { DEFAULT_NULL_VALUES } from '../missing.ts';
import { literals } from './sql.ts';

/** Blanks around a value are no part of it. */
const BLANKS = "' ' || chr(9) || chr(10) || chr(13)";

/** How cells of text are read: trimmed, and NULL where they mean "missing". */
export interface Cells {
  /** SQL for the trimmed cell, NULL when missing. */
  readonly value: (column: string) => string;
  /** SQL for the cell as a number, NULL when it is none or missing; quicker than by way of `value`. */
  readonly number: (column: string) => string;
  /** SQL: whether the cell holds a value, for cells that are no numbers. */
  readonly present: (column: string) => string;
}

export function cellsOf(nullValues: readonly string[] | null): Cells {
  const marks = nullValues ?? DEFAULT_NULL_VALUES;
  const missing = literals(['', ...marks.map((mark) => mark.trim())]);
  const trimmed = (column: string) => `trim(${column}, ${BLANKS})`;
  const present = (column: string) => `${trimmed(column)} NOT IN (${missing})`;
  const cast = (column: string) => `TRY_CAST(${column} AS DOUBLE)`;
  const numbers = marks.filter((mark) => mark.trim() !== '' && Number.isFinite(Number(mark)));
  return {
    value: (column) => `(CASE WHEN ${present(column)} THEN ${trimmed(column)} END)`,
    number: numbers.length === 0 ? cast : (column) => `(CASE WHEN ${present(column)} THEN ${cast(column)} END)`,
    present,
  };
}
