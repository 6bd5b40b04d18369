import { asIs, type StoredType, tryCast, type WordColumnType } from './columnType.ts';

/** Categories, free text and identifiers: the same cells, used differently. */
export const words = {
  cells: 'words',
  profile: 'values',
  storedAs: 'text',
  formats: () => [],
} as const satisfies WordColumnType;

/**
 * Also every value of an uploaded Parquet file that has no other row: nested values become text.
 */
export const storedText = {
  cells: 'words',
  duckdb: /^VARCHAR$/,
  uploaded: /^/,
  type: 'categorical',
  cast: (cell) => `CAST(${cell} AS VARCHAR)`,
  double: tryCast('DOUBLE'),
  json: asIs,
  isRounded: null,
} as const satisfies StoredType;
