/** Generates the cells of columns: every format, the words that it may be confused with, blanks. */
import fc from 'fast-check';
import { cellText } from '../../formats/support/cellText.ts';

/** Cells of a generated column. A table has the first ones. */
export const MAX_ROWS = 64;

export interface GeneratedColumn {
  readonly name: string;
  readonly cells: readonly string[];
  /** The type of the column in a Parquet file. */
  readonly parquet: string;
  /** The type that `features.types` requests. */
  readonly cast: string | null;
  /** The type that `types` of the upload requests. */
  readonly requested: string | null;
}

const NAMES = [
  ...['a', 'b', 'c', 'Größe', 'two words', 'x,y', 'x;y', 'say "hi"', "it's", '__proto__', 'constructor'],
  ...['', 'a', 'column2', '名前', 'Id', 'price €', ' padded ', '2024', 'true', '#rate', 'NA'],
];
/** Words that are or resemble numbers, times, booleans or marks of missing cells. */
const WORDS = [
  ...['None', '-', '\\N', 'unknown', '0000-00-00', 'NaN', 'nan', 'inf', '-Infinity', '?', 'NA', '#N/A', 'null'],
  ...['0x10', '0b1', '1_000', '1e', '1e999', '+-5', '٣', 'true', 'No', 'May', 'now', '2021-02-30', '12:30', '.', ''],
];
const PARQUET_TYPES = [
  ...['VARCHAR', 'VARCHAR', 'VARCHAR', 'BIGINT', 'INTEGER', 'UTINYINT', 'UBIGINT', 'HUGEINT', 'DOUBLE', 'FLOAT'],
  ...['DECIMAL(18, 3)', 'DECIMAL(38, 0)', 'BOOLEAN', 'DATE', 'TIMESTAMP', 'TIMESTAMP_NS', 'TIMESTAMPTZ', 'TIME'],
];
const FEATURE_TYPES = ['numeric', 'categorical', 'boolean', 'datetime'];
const COLUMN_TYPES = [...FEATURE_TYPES, 'text', 'identifier'];

const digits = (length: number) => (value: number) => String(value).padStart(length, '0');
const localized = (locale: string, decimals: number) =>
  fc.integer({ min: -99_999_999, max: 99_999_999 }).map((value) =>
    (value / 10 ** decimals).toLocaleString(locale, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    }),
  );
const small = fc.integer({ min: -50, max: 50 });

const NUMBERS: readonly fc.Arbitrary<string>[] = [
  small.map(String),
  fc.integer({ min: -99_999, max: 99_999 }).map((value) => String(value / 100)),
  fc.integer({ min: -99_999, max: 99_999 }).map((value) => String(value / 100).replace('.', ',')),
  fc.integer({ min: 0, max: 999 }).map((value) => `0,${digits(3)(value)}`),
  fc.integer({ min: 0, max: 9999 }).map((value) => `${value},${digits(3)(value % 1000)}`),
  ...['en-US', 'de-DE', 'fr-FR', 'de-CH', 'en-IN'].flatMap((locale) => [localized(locale, 0), localized(locale, 2)]),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.double({ noNaN: true, min: -1e3, max: 1e3 }).map((value) => value.toExponential(3)),
  fc.integer({ min: 1, max: 9999 }).map((value) => (value % 2 === 0 ? `(${value / 100})` : String(value / 100))),
  small.map((value) => String(value).replace('-', '\u2212')),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }).map(String),
  fc.bigInt({ min: 2n ** 53n - 4n, max: 2n ** 53n + 12n }).map(String),
  small.map((value) => `${value}.0`),
];
const CODES: readonly fc.Arbitrary<string>[] = [
  fc.integer({ min: 0, max: 300 }).map(digits(3)),
  fc.integer({ min: 500, max: 1200 }).map(digits(5)),
  fc.integer({ min: 0, max: 40 }).map((value) => (value % 9 === 0 ? digits(2)(value) : String(value))),
];

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const LONG_MONTHS = MONTHS.map((_, month) =>
  new Date(Date.UTC(2024, month)).toLocaleDateString('en-US', { month: 'long', timeZone: 'UTC' }),
);
const two = digits(2);
const dayOf = (date: Date) => date.getUTCDate();
const monthOf = (date: Date) => date.getUTCMonth() + 1;
const yearOf = (date: Date) => digits(4)(date.getUTCFullYear());
const shortYear = (date: Date) => yearOf(date).slice(2);
const DATES: readonly ((date: Date) => string)[] = [
  (date) => date.toISOString(),
  (date) => date.toISOString().slice(0, 10),
  (date) => date.toISOString().slice(0, 19).replace('T', ' '),
  (date) => `${yearOf(date)}-${monthOf(date)}-${dayOf(date)}`,
  (date) => `${date.toISOString().slice(0, 16)}+02:00`,
  (date) => `${date.toISOString().slice(0, 19)} UTC`,
  (date) => `${date.toISOString().slice(0, 19).replace('T', ' ')}-0330`,
  (date) => `${monthOf(date)}/${dayOf(date)}/${yearOf(date)}`,
  (date) => `${two(dayOf(date))}/${two(monthOf(date))}/${yearOf(date)}`,
  (date) => `${dayOf(date)}.${monthOf(date)}.${yearOf(date)}`,
  (date) => `${two(monthOf(date))}-${two(dayOf(date))}-${yearOf(date)}`,
  (date) => `${two(dayOf(date))}-${two(monthOf(date))}-${yearOf(date)}`,
  (date) => `${yearOf(date)}/${monthOf(date)}/${dayOf(date)}`,
  (date) => `${yearOf(date)}.${two(monthOf(date))}.${two(dayOf(date))}`,
  (date) => `${monthOf(date)}/${dayOf(date)}/${shortYear(date)}`,
  (date) => `${dayOf(date)}.${monthOf(date)}.${shortYear(date)}`,
  (date) => `${dayOf(date)} ${MONTHS[date.getUTCMonth()]} ${yearOf(date)}`,
  (date) => `${two(dayOf(date))}-${MONTHS[date.getUTCMonth()].toUpperCase()}-${shortYear(date)}`,
  (date) => `${dayOf(date)} ${LONG_MONTHS[date.getUTCMonth()]} ${yearOf(date)}`,
  (date) => `${MONTHS[date.getUTCMonth()]} ${dayOf(date)}, ${yearOf(date)}`,
  (date) => `${LONG_MONTHS[date.getUTCMonth()]} ${dayOf(date)} ${yearOf(date)}`,
];
const CLOCKS: readonly ((date: Date) => string)[] = [
  () => '',
  () => '',
  (date) => ` ${date.toISOString().slice(11, 16)}`,
  (date) => ` ${date.getUTCHours()}:${date.toISOString().slice(14, 19)}`,
  (date) =>
    ` ${(date.getUTCHours() % 12) + 1}:${date.toISOString().slice(14, 16)} ${date.getUTCHours() < 12 ? 'AM' : 'pm'}`,
];
const times = fc
  .tuple(fc.constantFrom(...DATES), fc.constantFrom(...CLOCKS))
  .map(([write, clock]) =>
    fc
      .date({ min: new Date('1902-01-01'), max: new Date('2068-12-31'), noInvalidDate: true })
      .map((date) => `${write(date)}${clock(date)}`),
  );

const BOOLEANS = [
  ...[
    ['true', 'false'],
    ['True', 'False'],
    ['TRUE', 'false'],
    ['yes', 'no'],
    ['Y', 'N'],
    ['t', 'f'],
    ['on', 'off'],
  ],
  ...[
    ['1', '0'],
    ['1.0', '0.0'],
    ['True', 'true', 'False'],
  ],
].map((words) => fc.constantFrom(...words));
const UNITS = ['%', ' %', '$', '€', '\u00a0€', '£'];
const PHRASES = [
  'red',
  'Blue',
  'light blue',
  'grün',
  'a,b',
  'a;b',
  'tab\there',
  'bar|bar',
  'say "hi"',
  "it's",
  '#1',
  '日本',
];
const TEXTS = ['two\nlines', 'cr\r\nlf', '"quoted"', "'single'", ' leading', '=1+1', '{"a":1}', '\ufeffmark'];

const units = fc
  .tuple(fc.constantFrom(...NUMBERS), fc.constantFrom(...UNITS), fc.boolean())
  .map(([numbers, unit, before]) => numbers.map((number) => (before ? `${unit.trim()}${number}` : `${number}${unit}`)));

/** The cells of one kind. */
const kinds: fc.Arbitrary<fc.Arbitrary<string>> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 2, arbitrary: fc.constantFrom(...CODES) },
  { weight: 2, arbitrary: units },
  { weight: 5, arbitrary: times },
  { weight: 3, arbitrary: fc.constantFrom(...BOOLEANS) },
  { weight: 3, arbitrary: fc.constant(fc.constantFrom(...PHRASES)) },
  { weight: 1, arbitrary: fc.constant(fc.constantFrom(...PHRASES, ...TEXTS)) },
  { weight: 2, arbitrary: fc.constant(fc.constantFrom(...WORDS)) },
  { weight: 1, arbitrary: fc.constant(cellText) },
);
/** Of a hundred cells. */
const share = fc.constantFrom(0, 0, 1, 3, 20, 60);
const BLANKS = [' ', '  ', '\t', '\u00a0', '\u2009', '\u202f', '\u3000', '\ufeff'];

const cellsOfColumn = fc
  .record({ kind: kinds, odd: kinds, odds: share, marks: share, blanks: fc.constantFrom(0, 0, 5, 50) })
  .chain(({ kind, odd, odds, marks, blanks }) => {
    const cell = fc.oneof(
      { weight: 100, arbitrary: kind },
      { weight: odds, arbitrary: fc.oneof(odd, fc.constantFrom(...WORDS)) },
      { weight: marks, arbitrary: fc.constantFrom('', 'NA', 'null', '-', ' ') },
    );
    const blank = fc.oneof(
      { weight: 100 - blanks, arbitrary: fc.constant('') },
      { weight: blanks, arbitrary: fc.constantFrom(...BLANKS) },
    );
    const padded = fc.tuple(blank, cell, blank).map((parts) => parts.join(''));
    return fc.array(padded, { minLength: MAX_ROWS, maxLength: MAX_ROWS });
  });

const mostly = <Value>(value: Value, others: readonly Value[], weight: number) =>
  fc.oneof({ weight, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

export const column: fc.Arbitrary<GeneratedColumn> = fc.record({
  name: fc.constantFrom(...NAMES),
  cells: cellsOfColumn,
  parquet: fc.constantFrom(...PARQUET_TYPES),
  cast: mostly<string | null>(null, FEATURE_TYPES, 2),
  requested: mostly<string | null>(null, COLUMN_TYPES, 8),
});
