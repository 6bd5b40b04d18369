import { type Column, isNumberColumn, type NumberColumn } from '../../formats/table.ts';

/** Two columns whose sum or difference is the target. */
export interface SumLeak {
  readonly columns: readonly [string, string];
  readonly sign: '+' | '-';
}

/** Pairs grow with the square of the columns; tables with more number columns are checked for the first ones. */
const MAX_COLUMNS = 1_000;
/** Rounding errors of decimals, as a share of the largest of the three numbers. */
const TOLERANCE = 1e-9;
/** Fewer rows with a target other than 0 agree by chance where most numbers are 0. */
const MIN_NONZERO_ROWS = 20;

/** Cells that are compared in all: about a second. An honest table needs a few for each pair, as a pair ends at its first other row. */
const MAX_COMPARISONS = 2e8;

/** Finds the pairs of number columns `a`, `b` with a + b = target or a - b = target in all rows. Later pairs are not checked once all comparisons are used up. */
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

/** A constant column is an offset, and the other one a copy but for that. */
function varies({ values }: NumberColumn, rows: Int32Array): boolean {
  return rows.some((row) => values[row] !== values[rows[0]]);
}

/** How many rows have a + b = sum before the first that has not. A missing number equals nothing. */
function agreeingRows(a: NumberColumn, b: NumberColumn, sum: NumberColumn, rows: Int32Array): number {
  for (let i = 0; i < rows.length; i++) {
    const [x, y, z] = [a.values[rows[i]], b.values[rows[i]], sum.values[rows[i]]];
    const allowed = TOLERANCE * Math.max(Math.abs(x), Math.abs(y), Math.abs(z));
    if (!(Math.abs(x + y - z) <= allowed)) return i;
  }
  return rows.length;
}
