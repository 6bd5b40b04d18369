import { isoTime } from '../../kit/clock.ts';
import { type NumberColumnType, type StoredType, tryCast, type ValueFormat } from './columnType.ts';
import { dateFormat, isoFormat } from './times.ts';

/**
 * Formats that differ in the order of day and month. A column that both read completely is
 * ambiguous.
 */
const DAY_FIRST: Readonly<Record<string, string>> = {
  '%m/%d/%Y': '%d/%m/%Y',
  '%m-%d-%Y': '%d-%m-%Y',
  '%m/%d/%y': '%d/%m/%y',
};

/**
 * Where day and month are ambiguous the month comes first, as in the United States; a warning says
 * so.
 */
const DATES = [
  ...['%m/%d/%Y', '%d/%m/%Y', '%d.%m.%Y', '%m-%d-%Y', '%d-%m-%Y', '%Y/%m/%d', '%Y.%m.%d', '%m/%d/%y', '%d/%m/%y'],
  ...['%d.%m.%y', '%d %b %Y', '%d %B %Y', '%d-%b-%Y', '%d-%b-%y', '%b %d, %Y', '%B %d, %Y', '%b %d %Y', '%B %d %Y'],
];
const FORMATS: readonly ValueFormat[] = [isoFormat, ...DATES.map((format) => dateFormat(format, DAY_FIRST[format]))];

/**
 * A word as a time, where a job casts a column of words: the first format that fits. Undefined
 * when none does.
 */
export function parseTime(text: string): number | undefined {
  const cell = text.trim();
  for (const { read } of FORMATS) {
    const time = read(cell);
    if (time !== undefined) return time;
  }
  return undefined;
}

export const datetime = {
  cells: 'numbers',
  profile: 'range',
  storedAs: 'datetime',
  formats: () => FORMATS,
  toText: isoTime,
} as const satisfies NumberColumnType;

export const storedDatetime = {
  cells: 'numbers',
  duckdb: /^TIMESTAMP$/,
  uploaded: /^(DATE|TIMESTAMP.*)$/,
  type: 'datetime',
  cast: tryCast('TIMESTAMP'),
  // Rounds down, as `json` does, also before 1970.
  // In integers: from the year 2255 on, float64 does not have every microsecond.
  double: (cell) => `((epoch_us(${cell}) - (epoch_us(${cell}) % 1000 + 1000) % 1000) // 1000)::DOUBLE`,
  json: (cell) => `strftime(${cell}, '%Y-%m-%dT%H:%M:%S.%gZ')`,
  isRounded: null,
} as const satisfies StoredType;
