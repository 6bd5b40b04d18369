import { type Column, isNumberColumn, type NumberColumn } from '../../formats/table.ts';

/** Two columns whose sum or difference is the target. */
export interface SumLeak {
  readonly columns: readonly [string, string];
  readonly sign: '+' | '-';
}

/**
 * The number columns that are checked, the first ones: pairs grow with the square of the columns.
 */
const MAX_COLUMNS = 1_000;
/** Allowed rounding error, as a share of the largest of the three numbers. */
const TOLERANCE = 1e-9;
/** Rows with a target other than 0. Fewer can agree by chance when most numbers are 0. */
const MIN_NONZERO_ROWS = 20;

/**
 * Comparisons in all: about a second. Without leaks a pair takes a few, because it ends at the
 * first row that differs.
 */
const MAX_COMPARISONS = 2e8;

/**
 * The pairs of number columns `a`, `b` with a + b = target or a - b = target in all rows. Stops
 * when all comparisons are used.
 */
export function findSums(
  columns: readonly Column[],
  target: Column,
  rows: Int32Array,
  maxComparisons = MAX_COMPARISONS,
): SumLeak[] {
  if (!isNumberColumn(target)) return [];
  if (rows.filter((row) => target.values[row] !== 0).length < MIN_NONZERO_ROWS) return [];
  const candidates = columns
    .filter(isNumberColumn)
    .filter((column) => varies(column, rows))
    .slice(0, MAX_COLUMNS);
  let left = maxComparisons;
  const addUp = (a: NumberColumn, b: NumberColumn, sum: NumberColumn) => {
    const agreeing = agreeingRows(a, b, sum, left < rows.length ? rows.subarray(0, left) : rows);
    left -= agreeing;
    return agreeing === rows.length;
  };
  const leaks: SumLeak[] = [];
  candidates.forEach((a, i) => {
    for (const b of candidates.slice(i + 1)) {
      if (addUp(a, b, target)) leaks.push({ columns: [a.name, b.name], sign: '+' });
      else if (addUp(target, b, a)) leaks.push({ columns: [a.name, b.name], sign: '-' });
      else if (addUp(target, a, b)) leaks.push({ columns: [b.name, a.name], sign: '-' });
    }
  });
  return leaks;
}

/** A constant column would be an offset between a copy and the target. */
function varies({ values }: NumberColumn, rows: Int32Array): boolean {
  return rows.some((row) => values[row] !== values[rows[0]]);
}

/** The number of rows before the first with a + b ≠ sum. A missing number equals nothing. */
function agreeingRows(a: NumberColumn, b: NumberColumn, sum: NumberColumn, rows: Int32Array): number {
  for (let i = 0; i < rows.length; i++) {
    const [x, y, z] = [a.values[rows[i]], b.values[rows[i]], sum.values[rows[i]]];
    const allowed = TOLERANCE * Math.max(Math.abs(x), Math.abs(y), Math.abs(z));
    if (!(Math.abs(x + y - z) <= allowed)) return i;
  }
  return rows.length;
}
