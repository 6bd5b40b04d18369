import { asIs, finite, type NumberColumnType, type StoredType, tryCast } from './columnType.ts';
import { numberFormats } from './numbers.ts';

/** The decimal digits that every float64 preserves. */
export const FLOAT64_DIGITS = 15;

export const numeric = {
  cells: 'numbers',
  profile: 'histogram',
  storedAs: 'number',
  formats: numberFormats,
  toText: String,
} as const satisfies NumberColumnType;

export const storedNumber = {
  cells: 'numbers',
  duckdb: /^DOUBLE$/,
  uploaded: /^(FLOAT|DOUBLE|U?HUGEINT)$/,
  type: 'numeric',
  cast: (cell) => finite(tryCast('DOUBLE')(cell)),
  double: (cell) => `${cell}::DOUBLE`,
  json: asIs,
  isRounded: null,
} as const satisfies StoredType;

/** Whole numbers beyond the exact range of float64. */
export const storedInteger = {
  cells: 'numbers',
  duckdb: /^BIGINT$/,
  uploaded: /^(U?(TINY|SMALL|BIG)INT|U?INTEGER)$/,
  type: 'numeric',
  cast: tryCast('BIGINT'),
  double: (cell) => `${cell}::DOUBLE`,
  json: (cell) => `CAST(${cell} AS VARCHAR)`,
  isRounded: (cell) => `${cell} NOT BETWEEN -${Number.MAX_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`,
} as const satisfies StoredType;

/** Decimals with more digits than float64, and whole numbers beyond 64 bits. */
export const storedDecimal = {
  cells: 'numbers',
  duckdb: /^DECIMAL/,
  uploaded: /^DECIMAL/,
  type: 'numeric',
  cast: asIs,
  double: (cell) => `${cell}::DOUBLE`,
  json: (cell) => `CAST(${cell} AS VARCHAR)`,
  isRounded: (cell) => `strlen(trim(translate(CAST(${cell} AS VARCHAR), '-.', ''), '0')) > ${FLOAT64_DIGITS}`,
} as const satisfies StoredType;
