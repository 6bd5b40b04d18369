import type { FeaturesOptions } from './schemas.ts';

/** Bins of a number column, in tables so narrow that they do not swell the first layer, and with rows for each bin. */
const BINS = 8;
const NARROW_COLUMNS = 64;
const ROWS_PER_BIN = 200;
/** A category needs one training row in so many for an input of its own, up to ten rows. */
const ROWS_PER_CATEGORY = 200;
const MIN_CATEGORY_ROWS = 10;

/** `features` with every default filled in. */
export interface FeaturesSettings extends FeaturesOptions {
  readonly bins: number;
  readonly minCategoryCount: number;
}

/** Fills in what depends on the data: the rows of the table and how many of its columns are numbers. */
export function resolveFeatures(options: FeaturesOptions, rows: number, numericColumns: number): FeaturesSettings {
  return {
    ...options,
    bins: options.bins ?? (numericColumns > NARROW_COLUMNS ? 0 : Math.min(BINS, Math.floor(rows / ROWS_PER_BIN))),
    minCategoryCount:
      options.minCategoryCount ?? Math.max(1, Math.min(MIN_CATEGORY_ROWS, Math.round(rows / ROWS_PER_CATEGORY))),
  };
}
