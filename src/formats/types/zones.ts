import { literal, literals } from './sql.ts';

/** Names of time zones after a time of day. Patterns are for RE2 and JavaScript. */

/** Abbreviations that have one offset. RFC 5322 defines those of the United States. */
const ABBREVIATIONS: ReadonlyMap<string, string> = new Map([
  ['EDT', 'Etc/GMT+4'],
  ['MDT', 'Etc/GMT+6'],
  ['PDT', 'Etc/GMT+7'],
  ['PST', 'Etc/GMT+8'],
  ['AKDT', 'Etc/GMT+8'],
  ['AKST', 'Etc/GMT+9'],
  ['WEST', 'Etc/GMT-1'],
  ['CEST', 'Etc/GMT-2'],
  ['EEST', 'Etc/GMT-3'],
  ['MSK', 'Etc/GMT-3'],
  ['AWST', 'Etc/GMT-8'],
  ['JST', 'Etc/GMT-9'],
  ['KST', 'Etc/GMT-9'],
  ['AEST', 'Etc/GMT-10'],
  ['AEDT', 'Etc/GMT-11'],
  ['NZST', 'Etc/GMT-12'],
  ['NZDT', 'Etc/GMT-13'],
]);

/** Abbreviations of several time zones, such as China and Chicago. They are not read. */
const AMBIGUOUS_ZONE = /\d ?\[?(?:ADT|AMT|AST|BST|CDT|CST|ECT|GST|IST|PKT|SST|WST)\]?$/;

/** The names of the IANA database that DuckDB and `Intl` both know. */
const REGIONS =
  'Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US';
const OTHER_NAMES = [
  ...['CET', 'CST6CDT', 'Cuba', 'EET', 'EST', 'EST5EDT', 'Egypt', 'Eire', 'GB', 'GB-Eire', 'Greenwich', 'HST'],
  ...['Hongkong', 'Iceland', 'Iran', 'Israel', 'Jamaica', 'Japan', 'Kwajalein', 'Libya', 'MET', 'MST', 'MST7MDT'],
  ...['NZ', 'NZ-CHAT', 'Navajo', 'PRC', 'PST8PDT', 'Poland', 'Portugal', 'ROC', 'ROK', 'Singapore', 'Turkey'],
  ...['UCT', 'Universal', 'W-SU', 'WET', 'Zulu'],
];
const NAME = `(?:(?:${REGIONS})/[A-Za-z0-9_+/-]+|${[...OTHER_NAMES, ...ABBREVIATIONS.keys()].join('|')})`;
/** A name after a blank or in brackets. */
export const NAMED_ZONE = `(?: ${NAME}| ?\\[${NAME}\\])`;
/** A name in brackets after an offset, which decides. */
export const ZONE_IN_BRACKETS = '(?:\\[[A-Za-z0-9_+/-]+\\])?';

/** From September and November 2026 on. */
const [SEPTEMBER, NOVEMBER] = ['0?9|1\\d', '1[12]'].map(
  (months) => `^(?:2026-(?:${months})|202[7-9]|20[3-9]|2[1-9]|[3-9]).*`,
);
/**
 * Cells in zones whose rules changed lately, so that the databases of DuckDB and `Intl` differ.
 * They are not read.
 */
const UNDECIDED = [
  `${SEPTEMBER}Africa/(?:Casablanca|El_Aaiun)\\]?$`,
  `${NOVEMBER}(?:America/(?:Edmonton|Vancouver|Yellowknife)|Canada/(?:Mountain|Pacific))\\]?$`,
].join('|');

const NAME_AT_END = `[ [](${NAME})\\]?$`;
const NAME_END = new RegExp(NAME_AT_END);
const IS_UNDECIDED = new RegExp(UNDECIDED);
const LONG_OFFSET = /GMT(?:([-+])(\d\d):(\d\d)(?::(\d\d))?)?$/;
const SQL_ABBREVIATIONS = `MAP {${[...ABBREVIATIONS].map((pair) => literals(pair).replace(', ', ': ')).join(', ')}}`;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

/** After a digit of a date, a time of day, and then an offset, an abbreviation or a name. */
const CLOCK_WITH_ZONE =
  /\d,?(?: +|T)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]M)? ?(?:Z|[A-Z]{3,5}|[-+]\d{2}:?(?:\d{2})?|\[?[A-Z][A-Za-z]+\/[A-Za-z0-9_+/-]+\]?)$/i;

/** Whether a cell ends with a time of day in a zone, whether it is known or not. */
export function hasZone(cell: string): boolean {
  return CLOCK_WITH_ZONE.test(cell);
}

/** Whether a cell ends with an abbreviation that has several offsets. */
export function hasAmbiguousZone(cell: string): boolean {
  return AMBIGUOUS_ZONE.test(cell);
}

/**
 * SQL for the time in UTC of a cell with a named zone. `local` is SQL for its local time, a
 * TIMESTAMP. NULL for an unknown zone.
 */
export function timeInNamedZone(local: string, cell: string): string {
  const name = `regexp_extract(${cell}, ${literal(NAME_AT_END)}, 1)`;
  const text = `${local}::VARCHAR || ' ' || coalesce(${SQL_ABBREVIATIONS}[${name}], ${name})`;
  const time = `TRY_CAST(${text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'`;
  return `(CASE WHEN NOT regexp_matches(${cell}, ${literal(UNDECIDED)}) THEN ${time} END)`;
}

/**
 * The time in UTC of a cell with a named zone, by its local time, both in milliseconds. A local
 * time that occurs twice is the later one. A local time that clocks skip has the offset before the
 * change. Undefined for an unknown zone.
 */
export function readInNamedZone(local: number, cell: string): number | undefined {
  const name = NAME_END.exec(cell)?.[1] ?? '';
  const format = formatOf(ABBREVIATIONS.get(name) ?? name);
  if (format === undefined || IS_UNDECIDED.test(cell)) return undefined;
  return inZone(local, (time) => offsetOf(format.format(time)));
}

/** The smaller of two offsets gives the later time, and is in use before clocks are put forward. */
function inZone(local: number, offsetAt: (time: number) => number): number {
  const [before, after] = [offsetAt(local - DAY_MS), offsetAt(local + DAY_MS)];
  if (before === after) return local - before;
  const later = local - Math.min(before, after);
  const earlier = local - Math.max(before, after);
  const isEarlier = local - offsetAt(later) !== later && local - offsetAt(earlier) === earlier;
  return isEarlier ? earlier : later;
}

/** The offset in a text of `Intl`, in milliseconds. */
function offsetOf(text: string): number {
  const [, sign, hours = 0, minutes = 0, seconds = 0] = LONG_OFFSET.exec(text) ?? [];
  const offset = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS + Number(seconds) * SECOND_MS;
  return sign === '-' ? -offset : offset;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Only known zones are stored, so their number is bounded. Undefined for an unknown zone. */
function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    formats.set(timeZone, format);
    return format;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
