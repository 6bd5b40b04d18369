/**
 * Reads the cells of rows to predict as ingestion reads those of a dataset: by the type and the
 * format of the column in the dataset. Ingestion compiles the same formats to SQL.
 */
import { type ColumnType, columnTypes, isNumberType, type NumberType, type WordType } from './columnTypes.ts';
import { DEFAULT_NULL_VALUES } from './nullValues.ts';
import type { ParseOptions } from './parseOptions.ts';
import { wordWriter } from './table.ts';
import { exactNumber } from './types/numbers.ts';

/** Reads the cells of a column whose values are numbers in memory. */
export interface NumberCells {
  readonly type: NumberType;
  /** The value of a cell: NaN when it is missing, undefined when it does not fit the column. */
  readonly number: (cell: unknown) => number | undefined;
  /** A value as a category. `textOf` returns the text of its cell. */
  readonly toWord: (value: number, textOf: () => unknown) => string;
}

/** Reads the cells of a column of words. */
export interface WordCells {
  readonly type: WordType;
  /** The word of a cell; null when it is missing. */
  readonly word: (cell: unknown) => string | null;
}

const DEFAULT_MARKS = missingMarks(DEFAULT_NULL_VALUES);

/**
 * The reader of a column's cells. A cell is a string, a number or a boolean; null and
 * undefined are missing. `fallback` is the type where the dataset's type is not known.
 */
export function cellsOf(options: ParseOptions, fallback: ColumnType): NumberCells | WordCells {
  const { type = fallback, form, nullValues, words, exact = false } = options;
  const marks = nullValues === undefined ? DEFAULT_MARKS : missingMarks(nullValues);
  if (isNumberType(type)) {
    const writeWord = wordWriter(type, words);
    const toWord: NumberCells['toWord'] = (value, cell) => exactNumber(textOf(cell())) ?? writeWord(value);
    return { type, number: numberReader(type, form, marks), toWord: exact ? toWord : writeWord };
  }
  return {
    type,
    word(cell) {
      const word = textOf(cell);
      return marks.has(word) ? null : word;
    },
  };
}

function numberReader(type: NumberType, form: string | undefined, marks: ReadonlySet<string>): NumberCells['number'] {
  const read = formatReader(type, form);
  const marksNumbers = marks !== DEFAULT_MARKS;
  return (cell) => {
    // A number of JSON has no format. The rows of a dataset show its numbers so.
    const isValue = typeof cell === 'number' && type === 'numeric';
    // Writing a number costs more than reading it, and few datasets mark missing values by numbers.
    if (isValue && !marksNumbers && Number.isFinite(cell)) return cell;
    const text = textOf(cell);
    if (marks.has(text)) return Number.NaN;
    if (isValue) return Number.isFinite(cell) ? cell : undefined;
    return read(text);
  };
}

/** Without a format, every format of the type is tried in order. */
function formatReader(type: NumberType, form: string | undefined): (text: string) => number | undefined {
  const formats = columnTypes[type].formats(null);
  const known = formats.find(({ name }) => name === form);
  if (known !== undefined) return known.read;
  return (text) => {
    for (const { read } of formats) {
      const value = read(text);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

/** The trimmed text of a cell; empty for an absent one. */
function textOf(cell: unknown): string {
  if (typeof cell === 'string') return cell.trim();
  if (cell === undefined || cell === null) return '';
  return String(cell);
}

function missingMarks(nullValues: readonly string[]): ReadonlySet<string> {
  return new Set(['', ...nullValues.map((mark) => mark.trim())]);
}
