/**
 * Parses times of rows to predict, and of features of type datetime. A time without a zone is in
 * UTC.
 */

const ISO = /^\d{4}-\d{1,2}-\d{1,2}/;
const ISO_DATE_ALONE = /^\d{4}-\d{1,2}-\d{1,2}$/;
const ZONE = /[zZ]$|[-+]\d\d(:?\d\d)?$/;
const YEAR_FIRST = /^(?<year>\d{4})[./](?<month>\d{1,2})[./](?<day>\d{1,2})(?<time> .*)?$/;
const DAY_FIRST = /^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4}|\d\d)(?<time> .*)?$/;
const EITHER_FIRST = /^(?<first>\d{1,2})[/-](?<second>\d{1,2})[/-](?<year>\d{4}|\d\d)(?<time> .*)?$/;
const NAMED_MONTH = /^(\d{1,2}[ -][A-Za-z]{3,9}[ -](\d{4}|\d\d)|[A-Za-z]{3,9} \d{1,2},? \d{4})( .*)?$/;
const CLOCK = /^(?:(\d{1,2}):(\d\d)(?::(\d\d))?(?: ([AaPp])[Mm])?)?$/;

const MONTHS = 12;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SECOND_MS = 1000;
/** POSIX strptime: two digits from 69 belong to the twentieth century. */
const FIRST_YEAR_OF_1900S = 69;

/**
 * Milliseconds since 1970, or undefined. Where day and month are ambiguous the month comes first,
 * unless `dayFirst`.
 */
export function parseTime(text: string, dayFirst = false): number | undefined {
  if (ISO.test(text)) return parseDate(ISO_DATE_ALONE.test(text) || ZONE.test(text) ? text : `${text}Z`);
  if (NAMED_MONTH.test(text)) return parseDate(`${text.replaceAll('-', ' ')} UTC`);
  const either = EITHER_FIRST.exec(text)?.groups;
  if (either) {
    const { first, second, year, time } = either;
    const isDayFirst = dayFirst ? Number(second) <= MONTHS : Number(first) > MONTHS;
    return isDayFirst ? timeOf(year, second, first, time) : timeOf(year, first, second, time);
  }
  const { year, month, day, time } = (YEAR_FIRST.exec(text) ?? DAY_FIRST.exec(text))?.groups ?? {};
  return timeOf(year, month, day, time);
}

function parseDate(text: string): number | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

function timeOf(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  time = '',
): number | undefined {
  const clock = CLOCK.exec(time.trim());
  if (!clock) return undefined;
  const [, hours = '0', minutes = '0', seconds = '0', half] = clock;
  const date = new Date(Date.UTC(fullYear(Number(year), year), Number(month) - 1, Number(day)));
  if (date.getUTCMonth() !== Number(month) - 1) return undefined;
  const hour = half === undefined ? Number(hours) : (Number(hours) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  const ms = date.getTime() + hour * HOUR_MS + Number(minutes) * MINUTE_MS + Number(seconds) * SECOND_MS;
  return Number.isNaN(ms) ? undefined : ms;
}

function fullYear(year: number, written = ''): number {
  if (written.length > 2) return year;
  return year + (year < FIRST_YEAR_OF_1900S ? 2000 : 1900);
}
