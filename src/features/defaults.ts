import type { FeaturesOptions } from './schemas.ts';

/** Bins of a number column at most; a bin needs that many rows of the table. */
const MAX_BINS = 48;
const ROWS_PER_BIN = 100;
/** Bins of all number columns at most: they enlarge the first layer. */
const MAX_BINS_OF_TABLE = 1024;
/**
 * A category needs one row in this many for an input of its own, and at most `MIN_CATEGORY_ROWS`.
 */
const ROWS_PER_CATEGORY = 200;
const MIN_CATEGORY_ROWS = 10;

/** `features` with every default. */
export interface FeaturesSettings extends FeaturesOptions {
  readonly bins: number;
  readonly minCategoryCount: number;
}

/**
 * Adds the defaults that depend on the data: on the rows of the table and on its count of number
 * columns.
 */
export function resolveFeatures(options: FeaturesOptions, rows: number, numericColumns: number): FeaturesSettings {
  return {
    ...options,
    bins: options.bins ?? defaultBins(rows, numericColumns),
    minCategoryCount:
      options.minCategoryCount ?? Math.max(1, Math.min(MIN_CATEGORY_ROWS, Math.round(rows / ROWS_PER_CATEGORY))),
  };
}

function defaultBins(rows: number, numericColumns: number): number {
  const perColumn = Math.floor(MAX_BINS_OF_TABLE / Math.max(1, numericColumns));
  const bins = Math.min(MAX_BINS, Math.floor(rows / ROWS_PER_BIN), perColumn);
  // A single bin repeats the scaled number.
  return bins < 2 ? 0 : bins;
}
