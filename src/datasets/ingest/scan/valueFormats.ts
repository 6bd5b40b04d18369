import { FALSE_WORDS, TRUE_WORDS } from '../../../formats/booleans.ts';
import type { ColumnType } from '../../../formats/table.ts';
import { literal, literals } from '../../duckdb/sql.ts';

/** One way to write the values of a type in a cell. */
export interface ValueFormat {
  readonly name: string;
  readonly type: Extract<ColumnType, 'numeric' | 'boolean' | 'datetime'>;
  /** SQL for the typed value of a trimmed cell; NULL where the cell is not written in this form. */
  readonly value: (cell: string) => string;
  /** Whether the form is proposed where no type is asked for. */
  readonly detected: boolean;
}

const finite = (number: string) => `(CASE WHEN isfinite(${number}) THEN ${number} END)`;

function number(name: string, pattern: string, plain: (cell: string) => string): ValueFormat {
  const value = (cell: string) =>
    finite(`(CASE WHEN regexp_full_match(${cell}, ${literal(pattern)}) THEN TRY_CAST(${plain(cell)} AS DOUBLE) END)`);
  return { name, type: 'numeric', value, detected: true };
}

/** `delimiter` decides what a comma is: between semicolons it is a decimal comma. */
function numberFormats(delimiter: string | null): readonly ValueFormat[] {
  const exponent = '([eE][-+]?\\d+)?';
  const decimalComma = number('decimalComma', `[-+]?\\d*,?\\d+${exponent}`, (cell) => `replace(${cell}, ',', '.')`);
  const thousandsPoint = number(
    'thousandsPoint',
    '[-+]?\\d{1,3}(\\.\\d{3})+(,\\d+)?|[-+]?\\d+(,\\d+)?',
    (cell) => `replace(replace(${cell}, '.', ''), ',', '.')`,
  );
  const thousandsComma = number(
    'thousandsComma',
    '[-+]?\\d{1,3}(,\\d{3})+(\\.\\d+)?|[-+]?\\d+(\\.\\d+)?',
    (cell) => `replace(${cell}, ',', '')`,
  );
  const plain: ValueFormat = {
    name: 'plain',
    type: 'numeric',
    // DuckDB reads 1_000 as a number; in a table it is a code.
    value: (cell) => finite(`(CASE WHEN NOT contains(${cell}, '_') THEN TRY_CAST(${cell} AS DOUBLE) END)`),
    detected: true,
  };
  return delimiter === ';'
    ? [plain, decimalComma, thousandsPoint, thousandsComma]
    : [plain, thousandsComma, decimalComma, thousandsPoint];
}

const TIMES = ['', ' %H:%M', ' %H:%M:%S', ' %I:%M %p', ' %I:%M:%S %p'] as const;

/** What the parts of a format look like. DuckDB takes 24 for the year 24 where %Y is asked for. */
const DATE_PARTS: Readonly<Record<string, string>> = {
  ...{ '%d': '\\d{1,2}', '%m': '\\d{1,2}', '%y': '\\d{1,2}', '%Y': '\\d{4}' },
  ...{ '%b': '[A-Za-z]+', '%B': '[A-Za-z]+', ' ': '\\s*', '.': '\\.' },
};

function date(format: string): ValueFormat {
  const formats = literals(TIMES.map((time) => `${format}${time}`));
  // A pattern rules out a cell in a fiftieth of the time that it takes to parse it in vain.
  const pattern = literal(`^\\s*${format.replaceAll(/%\w| |\./g, (part) => DATE_PARTS[part] ?? part)}`);
  const value = (cell: string) =>
    `(CASE WHEN regexp_matches(${cell}, ${pattern}) THEN try_strptime(${cell}, [${formats}]) END)`;
  return { name: format, type: 'datetime', value, detected: true };
}

/** ISO 8601, with or without a time and an offset. The pattern keeps out words that DuckDB takes for times, such as "epoch". */
const ISO: ValueFormat = {
  name: 'iso',
  type: 'datetime',
  value: (cell) =>
    `(CASE WHEN regexp_matches(${cell}, '^\\d{4}-\\d{1,2}-\\d{1,2}') THEN TRY_CAST(${cell} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END)`,
  detected: true,
};

/** Where day and month cannot be told apart, the month comes first, as in the United States: said in a warning. */
const DATES: readonly ValueFormat[] = [
  ISO,
  ...['%m/%d/%Y', '%d/%m/%Y', '%d.%m.%Y', '%m-%d-%Y', '%d-%m-%Y', '%Y/%m/%d', '%Y.%m.%d', '%m/%d/%y', '%d/%m/%y'].map(
    date,
  ),
  ...['%d.%m.%y', '%d %b %Y', '%d %B %Y', '%d-%b-%Y', '%d-%b-%y', '%b %d, %Y', '%B %d, %Y', '%b %d %Y', '%B %d %Y'].map(
    date,
  ),
];

function booleans(name: string, yes: readonly string[], no: readonly string[], detected: boolean): ValueFormat {
  const value = (cell: string) =>
    `(CASE WHEN lower(${cell}) IN (${literals(yes)}) THEN true WHEN lower(${cell}) IN (${literals(no)}) THEN false END)`;
  return { name, type: 'boolean', value, detected };
}

/** Words such as "yes" stay categories unless a boolean is asked for, so that answers speak as the file does. */
const BOOLEANS: readonly ValueFormat[] = [
  booleans('trueFalse', ['true'], ['false'], true),
  booleans('anyBoolean', TRUE_WORDS, FALSE_WORDS, false),
];

export function valueFormatsOf(delimiter: string | null): readonly ValueFormat[] {
  return [...numberFormats(delimiter), ...BOOLEANS, ...DATES];
}

/** Pairs that read the same cell differently: a column that both read completely is ambiguous. */
export const AMBIGUOUS_WITH: ReadonlyMap<string, string> = new Map([
  ['%m/%d/%Y', '%d/%m/%Y'],
  ['%m-%d-%Y', '%d-%m-%Y'],
  ['%m/%d/%y', '%d/%m/%y'],
]);
