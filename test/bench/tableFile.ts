import { closeSync, openSync, writeSync } from 'node:fs';
import { isNumberColumn, type Table } from '../../src/formats/table.ts';

/**
 * What stands in the file, in its order: a column's float64 numbers, or its int32 codes of so many
 * categories.
 */
interface WrittenColumn {
  readonly name: string;
  /** Null of a column of numbers. */
  readonly categories: number | null;
}

/** Writes the columns one after the other, as the peers' scripts read them. */
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
