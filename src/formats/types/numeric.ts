import { asIs, finite, type NumberColumnType, type StoredType, tryCast, type ValueFormat } from './columnType.ts';
import { numberReader } from './numbers.ts';
import { literal } from './sql.ts';

export const numeric = {
  cells: 'numbers',
  profile: 'histogram',
  storedAs: 'number',
  formats: numberFormats,
  reader({ delimiter, form }) {
    if (delimiter === null) return (cell) => (typeof cell === 'number' && Number.isFinite(cell) ? cell : undefined);
    const readNumber = numberReader(delimiter, form);
    return (cell) => (typeof cell === 'string' ? readNumber(cell.trim()) : undefined);
  },
  expected: 'a number',
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

function numberFormat(name: string, pattern: string, plain: (cell: string) => string): ValueFormat {
  const value = (cell: string) =>
    finite(`(CASE WHEN regexp_full_match(${cell}, ${literal(pattern)}) THEN TRY_CAST(${plain(cell)} AS DOUBLE) END)`);
  return { name, value, detected: true, hasDigits: true };
}

/**
 * The delimiter decides the meaning of a comma: in a file with semicolons it is a decimal comma
 * first.
 */
function numberFormats(delimiter: string | null): readonly ValueFormat[] {
  const exponent = '([eE][-+]?\\d+)?';
  const decimalComma = numberFormat(
    'decimalComma',
    `[-+]?\\d*,?\\d+${exponent}`,
    (cell) => `replace(${cell}, ',', '.')`,
  );
  const thousandsPoint = numberFormat(
    'thousandsPoint',
    '[-+]?\\d{1,3}(\\.\\d{3})+(,\\d+)?|[-+]?\\d+(,\\d+)?',
    (cell) => `replace(replace(${cell}, '.', ''), ',', '.')`,
  );
  const thousandsComma = numberFormat(
    'thousandsComma',
    '[-+]?\\d{1,3}(,\\d{3})+(\\.\\d+)?|[-+]?\\d+(\\.\\d+)?',
    (cell) => `replace(${cell}, ',', '')`,
  );
  const plain: ValueFormat = {
    name: 'plain',
    // DuckDB reads 1_000 as a number; in a table it is a code.
    value: (cell) => finite(`(CASE WHEN NOT contains(${cell}, '_') THEN TRY_CAST(${cell} AS DOUBLE) END)`),
    detected: true,
    hasDigits: true,
  };
  return delimiter === ';'
    ? [plain, decimalComma, thousandsPoint, thousandsComma]
    : [plain, thousandsComma, decimalComma, thousandsPoint];
}
