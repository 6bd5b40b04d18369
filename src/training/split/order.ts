import type { NumberColumn } from '../../formats/table.ts';

/**
 * The rows by ascending time or number. Rows with equal values stay in their order, those without a
 * value are first.
 */
export function orderedBy(rows: Int32Array, { values }: NumberColumn): Int32Array {
  const keyOf = (row: number) => (Number.isNaN(values[row]) ? Number.NEGATIVE_INFINITY : values[row]);
  return rows.toSorted((a, b) => compare(keyOf(a), keyOf(b)) || a - b);
}

/** Infinite values have no difference. */
function compare(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
