import { closeSync, openSync, writeSync } from 'node:fs';
import { isNumberColumn, type Table } from '../../src/formats/table.ts';

/**
 * The contents of the file, in order: a column's float64 numbers, or its int32 codes of a number of
 * categories.
 */
interface WrittenColumn {
  readonly name: string;
  /** Null for a numeric column. */
  readonly categories: number | null;
}

/** Writes the columns one after another, as the peers' scripts read them. */
export function writeTable({ columns }: Table, file: string): readonly WrittenColumn[] {
  const descriptor = openSync(file, 'w');
  try {
    return columns.map((column) => {
      const isNumber = isNumberColumn(column);
      writeSync(descriptor, isNumber ? column.values : column.codes);
      return { name: column.name, categories: isNumber ? null : column.categories.length };
    });
  } finally {
    closeSync(descriptor);
  }
}
