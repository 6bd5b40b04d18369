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

/** What the defaults depend on. */
export interface FeaturesContext {
  /** Rows of the table. */
  readonly rows: number;
  readonly numberColumns: number;
  /** Whether the network embeds its numbers, which replaces bins. */
  readonly isEmbedded: boolean;
}

/** Adds the defaults that depend on the data and on the network. */
export function resolveFeatures(options: FeaturesOptions, context: FeaturesContext): FeaturesSettings {
  const { rows } = context;
  return {
    ...options,
    bins: options.bins ?? defaultBins(context),
    minCategoryCount:
      options.minCategoryCount ?? Math.max(1, Math.min(MIN_CATEGORY_ROWS, Math.round(rows / ROWS_PER_CATEGORY))),
  };
}

function defaultBins({ rows, numberColumns, isEmbedded }: FeaturesContext): number {
  if (isEmbedded) return 0;
  const perColumn = Math.floor(MAX_BINS_OF_TABLE / Math.max(1, numberColumns));
  const bins = Math.min(MAX_BINS, Math.floor(rows / ROWS_PER_BIN), perColumn);
  // A single bin repeats the scaled number.
  return bins < 2 ? 0 : bins;
}
