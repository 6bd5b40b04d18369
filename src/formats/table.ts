/** The table that rooms hand to each other: columns in memory, as they were uploaded, before anything is fitted. */

export const COLUMN_TYPES = ['numeric', 'categorical', 'boolean', 'datetime', 'text', 'identifier'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

/** Numbers, booleans (0 and 1) and times (milliseconds since 1970, UTC); NaN is missing. */
export interface NumberColumn {
  readonly name: string;
  readonly type: 'numeric' | 'boolean' | 'datetime';
  readonly values: Float64Array;
}

/** Strings as numbers of a dictionary; -1 is missing. Every category occurs at least once unless the column says otherwise. */
export interface CategoryColumn {
  readonly name: string;
  readonly type: 'categorical' | 'text' | 'identifier';
  readonly codes: Int32Array;
  readonly categories: readonly string[];
}

export type Column = NumberColumn | CategoryColumn;

export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
}

export function isNumberColumn(column: Column): column is NumberColumn {
  return 'values' in column;
}

/** The column of that name, or undefined. */
export function findColumn(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}
