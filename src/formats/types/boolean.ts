import { asIs, type NumberColumnType, type StoredType, type ValueFormat } from './columnType.ts';
import { literals } from './sql.ts';

/**
 * The words of booleans in any case, in uploads, in features of type boolean and in rows to
 * predict.
 */
const TRUE_WORDS: readonly string[] = ['true', 't', 'yes', 'y', '1', '1.0', 'on'];
const FALSE_WORDS: readonly string[] = ['false', 'f', 'no', 'n', '0', '0.0', 'off'];

/** 1 for true, 0 for false, undefined for any other word. Ignores blanks around the word. */
export function parseBoolean(text: string): 0 | 1 | undefined {
  return readWord(text.trim(), TRUE_WORDS, FALSE_WORDS);
}

function readWord(cell: string, yes: readonly string[], no: readonly string[]): 0 | 1 | undefined {
  const word = cell.toLowerCase();
  if (yes.includes(word)) return 1;
  return no.includes(word) ? 0 : undefined;
}

function booleanFormat(name: string, yes: readonly string[], no: readonly string[], detected: boolean): ValueFormat {
  const value = (cell: string) =>
    `(CASE WHEN lower(${cell}) IN (${literals(yes)}) THEN true WHEN lower(${cell}) IN (${literals(no)}) THEN false END)`;
  return { name, value, read: (cell) => readWord(cell, yes, no), detected, hasDigits: false };
}

/**
 * Words such as "yes" stay categories unless boolean is requested, so that predictions use the
 * words of the file.
 */
const ANY_BOOLEAN = booleanFormat('anyBoolean', TRUE_WORDS, FALSE_WORDS, false);
const FORMATS: readonly ValueFormat[] = [booleanFormat('trueFalse', ['true'], ['false'], true), ANY_BOOLEAN];

export const boolean = {
  cells: 'numbers',
  profile: 'values',
  storedAs: 'boolean',
  formats: () => FORMATS,
  toText: (value) => (value === 1 ? 'true' : 'false'),
} as const satisfies NumberColumnType;

export const storedBoolean = {
  cells: 'numbers',
  duckdb: /^BOOLEAN$/,
  uploaded: /^BOOLEAN$/,
  type: 'boolean',
  // As rows are read: DuckDB would cast every other number to true.
  cast: (cell) => ANY_BOOLEAN.value(`CAST(${cell} AS VARCHAR)`),
  double: (cell) => `${cell}::INT::DOUBLE`,
  json: asIs,
  isRounded: null,
} as const satisfies StoredType;
