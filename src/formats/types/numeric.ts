import { asIs, finite, type NumberColumnType, type StoredType, tryCast } from './columnType.ts';
import { numberFormats } from './numbers.ts';

export const numeric = {
  cells: 'numbers',
  profile: 'histogram',
  storedAs: 'number',
  formats: numberFormats,
  toText: String,
} as const satisfies NumberColumnType;

export const storedNumber = {
  cells: 'numbers',
  duckdb: 'DOUBLE',
  uploaded: /^(FLOAT|DOUBLE|DECIMAL\(.*\)|U?HUGEINT)$/,
  type: 'numeric',
  cast: (cell) => finite(tryCast('DOUBLE')(cell)),
  double: (cell) => `${cell}::DOUBLE`,
  json: asIs,
} as const satisfies StoredType;

/** Whole numbers beyond the exact range of float64. */
export const storedInteger = {
  cells: 'numbers',
  duckdb: 'BIGINT',
  uploaded: /^(U?(TINY|SMALL|BIG)INT|U?INTEGER)$/,
  type: 'numeric',
  cast: tryCast('BIGINT'),
  double: (cell) => `${cell}::DOUBLE`,
  json: (cell) => `${cell}::DOUBLE`,
} as const satisfies StoredType;
