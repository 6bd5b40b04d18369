import { parseBoolean } from '../formats/booleans.ts';
import { type Column, isNumberColumn } from '../formats/table.ts';
import { parseTime } from '../formats/times.ts';
import { isoTime } from '../kit/clock.ts';

/** Strings as numbers of a dictionary; -1 is missing. */
export interface Categories {
  readonly codes: Int32Array;
  readonly categories: readonly string[];
}

/** The column as numbers; what does not read as one is NaN. Values that are not finite stand for missing ones too. */
export function asNumbers(column: Column): Float64Array {
  if (isNumberColumn(column)) return column.values;
  return mapCategories(column, (word) => (word === '' ? undefined : Number(word)));
}

/** The column as 0 and 1; what is neither is NaN. */
export function asBooleans(column: Column): Float64Array {
  if (!isNumberColumn(column)) return mapCategories(column, parseBoolean);
  return column.type === 'boolean'
    ? column.values
    : column.values.map((value) => (value === 0 || value === 1 ? value : Number.NaN));
}

/** The column as milliseconds since 1970; text is read as in rows to predict, what is no time is NaN. */
export function asTimes(column: Column): Float64Array {
  return isNumberColumn(column) ? column.values : mapCategories(column, parseTime);
}

/** The column as words; numbers are written as JavaScript writes them, times as ISO 8601. */
export function asCategories(column: Column): Categories {
  if (!isNumberColumn(column)) return column;
  const known = new Map<number, number>();
  const categories: string[] = [];
  const codes = Int32Array.from(column.values, (value) => {
    if (!Number.isFinite(value)) return -1;
    const code = known.get(value);
    if (code !== undefined) return code;
    known.set(value, categories.length);
    return categories.push(asText(value, column.type)) - 1;
  });
  return { codes, categories };
}

function asText(value: number, type: Column['type']): string {
  if (type === 'boolean') return value === 1 ? 'true' : 'false';
  return type === 'datetime' ? isoTime(value) : String(value);
}

function mapCategories({ codes, categories }: Categories, parse: (word: string) => number | undefined): Float64Array {
  const values = Float64Array.from(categories, (word) => {
    const value = parse(word.trim()) ?? Number.NaN;
    return Number.isFinite(value) ? value : Number.NaN;
  });
  return Float64Array.from(codes, (code) => values[code] ?? Number.NaN);
}
