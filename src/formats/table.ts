import { columnTypes, type NumberType, type WordType } from './columnTypes.ts';

/** Numbers, booleans (0 and 1), times (milliseconds since 1970, UTC); NaN is missing. */
export interface NumberColumn {
  readonly name: string;
  readonly type: NumberType;
  readonly values: Float64Array;
  /** How a file of text writes the booleans of this column; absent: `false` and `true`. */
  readonly words?: BooleanWords;
  /** The values with all their digits, where float64 rounds some of them. */
  readonly exact?: Categories;
}

/** The words for false and true. */
export type BooleanWords = readonly [no: string, yes: string];

/** Strings as codes of a dictionary; -1 is missing. */
export interface Categories {
  readonly codes: Int32Array;
  readonly categories: readonly string[];
}

/** Words. Every category occurs at least once unless the column says otherwise. */
export interface CategoryColumn extends Categories {
  readonly name: string;
  readonly type: WordType;
}

export type Column = NumberColumn | CategoryColumn;

/** Columns in memory, as they were uploaded: nothing is fitted or scaled. */
export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
}

export function isNumberColumn(column: Column): column is NumberColumn {
  return 'values' in column;
}

/** Writes the values of a column as words: numbers as JavaScript does, times in ISO 8601. */
export function wordWriter(type: NumberType, words: BooleanWords | undefined): (value: number) => string {
  return words === undefined ? columnTypes[type].toText : (value) => words[value === 1 ? 1 : 0];
}

/** The arrays of a column. */
export function arraysOf(column: Column): readonly (Float64Array | Int32Array)[] {
  if (!isNumberColumn(column)) return [column.codes];
  return column.exact === undefined ? [column.values] : [column.values, column.exact.codes];
}

/** The column of that name, or undefined. */
export function findColumn(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}
