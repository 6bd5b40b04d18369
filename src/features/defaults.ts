import type { FeaturesOptions } from './schemas.ts';

/**
 * Bins of a number column, unless the table is wide, where they enlarge the first layer, or has too
 * few rows per bin.
 */
const BINS = 8;
const NARROW_COLUMNS = 64;
const ROWS_PER_BIN = 200;
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
    bins: options.bins ?? (numericColumns > NARROW_COLUMNS ? 0 : Math.min(BINS, Math.floor(rows / ROWS_PER_BIN))),
    minCategoryCount:
      options.minCategoryCount ?? Math.max(1, Math.min(MIN_CATEGORY_ROWS, Math.round(rows / ROWS_PER_CATEGORY))),
  };
}
