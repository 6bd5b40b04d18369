import { type CategoryColumn, type Column, isNumberColumn, type NumberColumn } from '../../formats/table.ts';
import { evenPositions, lowerBound } from '../scaling/sorted.ts';

/**
 * The rows of one column in groups: a predictor of this column alone cannot distinguish the rows of
 * a group.
 */
export interface Groups {
  /** The group of each of the rows. */
  readonly of: Int32Array;
  readonly count: number;
}

/** Ranges of a number column. More ranges fit a curve more closely and average fewer rows. */
const MAX_RANGES = 64;
/** Rows in a range: fewer give an uncertain average. */
const MIN_RANGE_ROWS = 20;
/**
 * Rows that the ranges are computed from. More rows give nearly the same ranges and take longer to
 * sort.
 */
const MAX_SORTED = 1024;

/**
 * A group for each category or range of numbers, and one for missing values. Ranges have about
 * equally many rows.
 */
export function groupRows(column: Column, rows: Int32Array): Groups {
  return isNumberColumn(column) ? groupByRange(column, rows) : groupByCategory(column, rows);
}

function groupByCategory({ codes, categories }: CategoryColumn, rows: Int32Array): Groups {
  const missing = categories.length;
  const of = new Int32Array(rows.length);
  for (let i = 0; i < of.length; i++) of[i] = codes[rows[i]] < 0 ? missing : codes[rows[i]];
  return { of, count: missing + 1 };
}

function groupByRange({ values }: NumberColumn, rows: Int32Array): Groups {
  const ends = rangeEnds(values, rows);
  const missing = ends.length;
  const of = new Int32Array(rows.length);
  for (let i = 0; i < of.length; i++) {
    const value = values[rows[i]];
    of[i] = Number.isFinite(value) ? Math.min(lowerBound(ends, value), missing - 1) : missing;
  }
  return { of, count: missing + 1 };
}

/**
 * The maximum of each range, ascending. Equal values share a range, so few distinct values get a
 * range each.
 */
function rangeEnds(values: Float64Array, rows: Int32Array): Float64Array {
  const ranges = Math.min(MAX_RANGES, Math.ceil(rows.length / MIN_RANGE_ROWS));
  const step = Math.ceil(rows.length / MAX_SORTED);
  const some = new Float64Array(Math.ceil(rows.length / step));
  for (let i = 0; i < some.length; i++) some[i] = values[rows[i * step]];
  const sorted = some.filter(Number.isFinite).sort();
  const distinct = new Set(sorted);
  if (distinct.size <= ranges) return Float64Array.from(distinct);
  return Float64Array.from(new Set(evenPositions(sorted.length, ranges + 1).map((position) => sorted[position])));
}
