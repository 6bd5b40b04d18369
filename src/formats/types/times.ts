import type { ValueFormat } from './columnType.ts';
import { literal, literals } from './sql.ts';
import { NAMED_ZONE, readInNamedZone, timeInNamedZone, ZONE_IN_BRACKETS } from './zones.ts';

/** Formats of times. A time without a zone is in UTC. Patterns are for RE2 and JavaScript. */

/** The parts of a time, as text; an absent part is undefined. */
type Field = 'year' | 'shortYear' | 'month' | 'shortMonth' | 'fullMonth' | 'day' | 'hour' | 'minute' | 'second';
type Fields = Partial<Record<Field | 'hour12' | 'minute12' | 'second12' | 'half' | 'fraction' | 'zone', string>>;

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November'],
  'December',
];
const SHORT_LETTERS = 3;

/** Each part of a format as `strptime` names it: the field and its pattern. */
const PARTS: Readonly<Record<string, readonly [Field, string]>> = {
  '%Y': ['year', '\\d{4}'],
  '%y': ['shortYear', '\\d{2}'],
  '%m': ['month', '0?[1-9]|1[0-2]'],
  '%b': ['shortMonth', MONTHS.map((month) => anyCase(month.slice(0, SHORT_LETTERS))).join('|')],
  '%B': ['fullMonth', MONTHS.map(anyCase).join('|')],
  '%d': ['day', '0?[1-9]|[12]\\d|3[01]'],
};
const SEPARATORS: Readonly<Record<string, string>> = { ' ': ' +', '.': '\\.' };

const SIXTY = '[0-5]\\d';
/** The time of day after a date, with the fields that it captures. */
const CLOCK = `(?: +(?:([01]?\\d|2[0-3]):(${SIXTY})(?::(${SIXTY}))?|(0?[1-9]|1[0-2]):(${SIXTY})(?::(${SIXTY}))? +([AaPp])[Mm]))?`;
const CLOCK_FIELDS = ['hour', 'minute', 'second', 'hour12', 'minute12', 'second12', 'half'] as const;
const CLOCK_FORMATS = ['', ' %H:%M', ' %H:%M:%S', ' %I:%M %p', ' %I:%M:%S %p'];

const ISO_DATE = '\\d{4}-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\\d|3[01])';
const ISO_CLOCK = `[ T](?:[01]?\\d|2[0-4]):${SIXTY}`;
/** What DuckDB casts to a TIMESTAMP as it is. */
const ISO_PLAIN = `${ISO_DATE}(?:${ISO_CLOCK}(?::${SIXTY}(?:\\.\\d{1,3})?Z?)?)?`;
const ISO_LOCAL = `${ISO_DATE}${ISO_CLOCK}(?::${SIXTY}(?:\\.\\d{1,3})?)?`;
const ISO_OFFSET = `[-+](?:[01]\\d|2[0-3])(?::?${SIXTY})?`;
const ISO_TIME = `${ISO_DATE}${ISO_CLOCK}(?::${SIXTY}(?:\\.\\d{1,9})?)?`;
const ISO_WITH_ZONE = `${ISO_TIME}(?: ?(?:Z|UTC|GMT|${ISO_OFFSET})${ZONE_IN_BRACKETS})?`;
const ISO_IN_NAMED_ZONE = `${ISO_TIME}${NAMED_ZONE}`;
const ISO_FIELDS =
  /^(?<year>\d+)-(?<month>\d+)-(?<day>\d+)(?:[ T](?<hour>\d+):(?<minute>\d+)(?::(?<second>\d+)(?:\.(?<fraction>\d+))?)? ?(?<zone>.*))?$/;
const ISO = new RegExp(`^(?:${ISO_PLAIN}|${ISO_WITH_ZONE})$`);
const IS_IN_NAMED_ZONE = new RegExp(`^${ISO_IN_NAMED_ZONE}$`);
/** The hours and the minutes of an offset at the end of a cell. */
const OFFSET = `([-+]\\d\\d)(?::?(\\d\\d))?${ZONE_IN_BRACKETS}$`;
const OFFSET_PARTS = new RegExp(OFFSET);

const LAST_HOUR = 24;
const HALF_DAY = 12;
const MILLISECOND_DIGITS = 3;
/** POSIX strptime: two digits from 69 belong to the twentieth century. */
const FIRST_YEAR_OF_1900S = 69;
/** `Date.UTC` moves the years 0 to 99 to the twentieth century; the calendar repeats after this. */
const CYCLE_YEARS = 400;
const CYCLE_MS = 146_097 * 86_400_000;
const MINUTE_MS = 60_000;

/** ISO 8601, with or without a time, a fraction and an offset or the name of a zone. */
export const isoFormat: ValueFormat = {
  name: 'iso',
  value: (cell) =>
    `(CASE ${isoCases(cell)} WHEN regexp_full_match(${cell}, ${literal(ISO_IN_NAMED_ZONE)}) THEN ${timeInNamedZone(castIso(cell), cell)} END)`,
  read: (cell) => (IS_IN_NAMED_ZONE.test(cell) ? readNamedIso(cell) : readIso(cell)),
  detected: true,
  hasDigits: true,
};

/**
 * A date in a format of `strptime`, with or without a time of day. Dates in ISO 8601 without the
 * name of a zone are read as well, because they have one meaning only.
 */
export function dateFormat(format: string, ambiguousWith: string | undefined): ValueFormat {
  const fields: string[] = [];
  const date = format.replaceAll(/%\w| |\./g, (token) => {
    const part = PARTS[token];
    if (part === undefined) return SEPARATORS[token] ?? token;
    fields.push(part[0]);
    return `(${part[1]})`;
  });
  const pattern = `${date}${CLOCK}`;
  const names = [...fields, ...CLOCK_FIELDS];
  const formats = literals(CLOCK_FORMATS.map((clock) => `${format}${clock}`));
  const matches = new RegExp(`^(?:${pattern})$`);
  return {
    name: format,
    value: (cell) =>
      `(CASE WHEN regexp_full_match(${cell}, ${literal(pattern)}) THEN try_strptime(${cell}, [${formats}]) ${isoCases(cell)} END)`,
    read(cell) {
      const match = matches.exec(cell);
      if (match === null) return readIso(cell);
      return timeOf(Object.fromEntries(names.map((name, index) => [name, match[index + 1]])));
    },
    detected: true,
    hasDigits: true,
    ...(ambiguousWith && { ambiguousWith }),
    ...(fields.includes('shortYear') && { twoDigitYear: true }),
  };
}

/**
 * SQL branches of a CASE for cells in ISO 8601. The rare forms need several regular expressions
 * and come last.
 */
function isoCases(cell: string): string {
  const part = (group: number) => `regexp_extract(${cell}, ${literal(OFFSET)}, ${group})`;
  const hours = `coalesce(TRY_CAST(${part(1)} AS INTEGER), 0)`;
  const minutes = `coalesce(TRY_CAST(concat(${part(1)}[1], ${part(2)}) AS INTEGER), 0)`;
  return `WHEN regexp_full_match(${cell}, ${literal(ISO_PLAIN)}) THEN TRY_CAST(${cell} AS TIMESTAMP)
    WHEN regexp_full_match(${cell}, ${literal(ISO_WITH_ZONE)}) THEN ${castIso(cell)} - to_minutes(60 * ${hours} + ${minutes})`;
}

/** SQL for the local time of a cell with a zone, or with more digits than are cast exactly. */
function castIso(cell: string): string {
  return `TRY_CAST(regexp_extract(${cell}, ${literal(`^${ISO_LOCAL}`)}) AS TIMESTAMP)`;
}

function readIso(cell: string): number | undefined {
  return ISO.test(cell) ? timeOf(ISO_FIELDS.exec(cell)?.groups ?? {}) : undefined;
}

function readNamedIso(cell: string): number | undefined {
  const local = timeOf({ ...ISO_FIELDS.exec(cell)?.groups, zone: 'Z' });
  return local === undefined ? undefined : readInNamedZone(local, cell);
}

function timeOf(fields: Fields & Readonly<Record<string, string | undefined>>): number | undefined {
  const year = fields.year === undefined ? fullYear(Number(fields.shortYear)) : Number(fields.year);
  const month = monthOf(fields);
  const day = Number(fields.day);
  const hour = hourOf(fields);
  const minute = Number(fields.minute ?? fields.minute12 ?? 0);
  const second = Number(fields.second ?? fields.second12 ?? 0);
  const fraction = Number((fields.fraction ?? '').slice(0, MILLISECOND_DIGITS).padEnd(MILLISECOND_DIGITS, '0'));
  const isAfterMidnight = hour === LAST_HOUR && minute + second + fraction > 0;
  if (isAfterMidnight || day > daysOf(year, month)) return undefined;
  const ms = Date.UTC(year + CYCLE_YEARS, month - 1, day, hour, minute, second, fraction) - CYCLE_MS;
  return ms - offsetMs(fields.zone ?? '');
}

function fullYear(year: number): number {
  return year + (year < FIRST_YEAR_OF_1900S ? 2000 : 1900);
}

function monthOf({ month, shortMonth, fullMonth }: Fields): number {
  if (month !== undefined) return Number(month);
  const letters = (shortMonth ?? fullMonth ?? '').slice(0, SHORT_LETTERS).toLowerCase();
  return MONTHS.findIndex((name) => name.toLowerCase().startsWith(letters)) + 1;
}

function hourOf({ hour, hour12, half }: Fields): number {
  if (hour12 === undefined) return Number(hour ?? 0);
  return (Number(hour12) % HALF_DAY) + (half?.toLowerCase() === 'p' ? HALF_DAY : 0);
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year + CYCLE_YEARS, month, 0)).getUTCDate();
}

function offsetMs(zone: string): number {
  const [, hours = '0', minutes = '0'] = OFFSET_PARTS.exec(zone) ?? [];
  return (Number(hours) * 60 + Number(`${hours.slice(0, 1)}${minutes}`)) * MINUTE_MS;
}

/** A pattern for the word in capital and small letters. */
function anyCase(word: string): string {
  return [...word].map((letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`).join('');
}
