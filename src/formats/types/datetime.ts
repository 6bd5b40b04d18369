import { isoTime } from '../../kit/clock.ts';
import { type NumberColumnType, type StoredType, tryCast, type ValueFormat } from './columnType.ts';
import { literal, literals } from './sql.ts';
import { parseTime } from './times.ts';

const TIMES = ['', ' %H:%M', ' %H:%M:%S', ' %I:%M %p', ' %I:%M:%S %p'] as const;

/** The pattern of each part of a format. DuckDB reads 24 as the year 24 for %Y. */
const DATE_PARTS: Readonly<Record<string, string>> = {
  ...{ '%d': '\\d{1,2}', '%m': '\\d{1,2}', '%y': '\\d{1,2}', '%Y': '\\d{4}' },
  ...{ '%b': '[A-Za-z]+', '%B': '[A-Za-z]+', ' ': '\\s*', '.': '\\.' },
};

/**
 * ISO 8601, with or without a time and an offset. The pattern excludes words that DuckDB casts,
 * such as "epoch".
 */
const ISO: ValueFormat = {
  name: 'iso',
  value: (cell) =>
    `(CASE WHEN regexp_matches(${cell}, '^\\d{4}-\\d{1,2}-\\d{1,2}') THEN TRY_CAST(${cell} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END)`,
  detected: true,
  hasDigits: true,
};

/**
 * Formats that differ in the order of day and month. A column that both read completely is
 * ambiguous.
 */
const DAY_FIRST: Readonly<Record<string, string>> = {
  '%m/%d/%Y': '%d/%m/%Y',
  '%m-%d-%Y': '%d-%m-%Y',
  '%m/%d/%y': '%d/%m/%y',
};
const DAY_FIRST_FORMATS = Object.values(DAY_FIRST);

/**
 * Where day and month are ambiguous the month comes first, as in the United States; a warning says
 * so.
 */
const DATES = [
  ...['%m/%d/%Y', '%d/%m/%Y', '%d.%m.%Y', '%m-%d-%Y', '%d-%m-%Y', '%Y/%m/%d', '%Y.%m.%d', '%m/%d/%y', '%d/%m/%y'],
  ...['%d.%m.%y', '%d %b %Y', '%d %B %Y', '%d-%b-%Y', '%d-%b-%y', '%b %d, %Y', '%B %d, %Y', '%b %d %Y', '%B %d %Y'],
];
const FORMATS: readonly ValueFormat[] = [ISO, ...DATES.map(dateFormat)];

function dateFormat(format: string): ValueFormat {
  const formats = literals(TIMES.map((time) => `${format}${time}`));
  // A pattern excludes a cell in a fiftieth of the time of a failed parse.
  const pattern = literal(`^\\s*${format.replaceAll(/%\w| |\./g, (part) => DATE_PARTS[part] ?? part)}`);
  const value = (cell: string) =>
    `(CASE WHEN regexp_matches(${cell}, ${pattern}) THEN try_strptime(${cell}, [${formats}]) END)`;
  const ambiguousWith = DAY_FIRST[format];
  return { name: format, value, detected: true, hasDigits: true, ...(ambiguousWith && { ambiguousWith }) };
}

/** The farthest time from 1970 that JavaScript's Date represents, in milliseconds. */
const MAX_TIME_MS = 8.64e15;

export const datetime = {
  cells: 'numbers',
  profile: 'range',
  storedAs: 'datetime',
  formats: () => FORMATS,
  reader({ form }) {
    const dayFirst = DAY_FIRST_FORMATS.includes(form);
    return (cell) => readTime(cell, dayFirst);
  },
  expected: 'a time in ISO 8601 or milliseconds since 1970',
  toText: isoTime,
} as const satisfies NumberColumnType;

export const storedDatetime = {
  cells: 'numbers',
  duckdb: 'TIMESTAMP',
  uploaded: /^(DATE|TIMESTAMP.*)$/,
  type: 'datetime',
  cast: tryCast('TIMESTAMP'),
  double: (cell) => `epoch_ms(${cell})::DOUBLE`,
  json: (cell) => `strftime(${cell}, '%Y-%m-%dT%H:%M:%S.%gZ')`,
} as const satisfies StoredType;

/** A number is milliseconds since 1970. */
function readTime(cell: unknown, dayFirst: boolean): number | undefined {
  if (typeof cell === 'number') return Math.abs(cell) <= MAX_TIME_MS ? cell : undefined;
  return typeof cell === 'string' ? parseTime(cell.trim(), dayFirst) : undefined;
}
