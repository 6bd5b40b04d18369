import { type Categories, type Column, isNumberColumn, wordWriter } from '../../formats/table.ts';
import { parseNumber } from '../../formats/types/numbers.ts';

/**
 * The column as numbers. Words that are not numbers become NaN; infinite values also count as
 * missing.
 */
export function asNumbers(column: Column): Float64Array {
  if (isNumberColumn(column)) return column.values;
  return mapCategories(column, parseNumber);
}

/** Whether `asNumbers` reads the word as a number. */
export function isNumber(word: string): boolean {
  return parseNumber(word) !== undefined;
}

/** The column as words, as `wordWriter` writes them, with all digits of numbers. */
export function asCategories(column: Column): Categories {
  if (!isNumberColumn(column)) return column;
  if (column.exact !== undefined) return column.exact;
  const toWord = wordWriter(column.type, column.words);
  const known = new Map<number, number>();
  const categories: string[] = [];
  const codes = Int32Array.from(column.values, (value) => {
    if (!Number.isFinite(value)) return -1;
    const code = known.get(value);
    if (code !== undefined) return code;
    known.set(value, categories.length);
    return categories.push(toWord(value)) - 1;
  });
  return { codes, categories };
}

/**
 * The number of each row's word; NaN where `parse` returns no finite number. Each distinct word is
 * parsed once.
 */
export function mapCategories(
  { codes, categories }: Categories,
  parse: (word: string) => number | undefined,
): Float64Array {
  const values = Float64Array.from(categories, (word) => {
    const value = parse(word.trim()) ?? Number.NaN;
    return Number.isFinite(value) ? value : Number.NaN;
  });
  return Float64Array.from(codes, (code) => values[code] ?? Number.NaN);
}
