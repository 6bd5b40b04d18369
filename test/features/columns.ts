import type { CategoryColumn, Column, NumberColumn, Table } from '../../src/formats/table.ts';

/** A column of numbers; null is missing. */
export function numbers(
  name: string,
  values: readonly (number | null)[],
  type: NumberColumn['type'] = 'numeric',
): NumberColumn {
  return { name, type, values: Float64Array.from(values, (value) => value ?? Number.NaN) };
}

/** A column of words; null is missing. */
export function words(
  name: string,
  values: readonly (string | null)[],
  type: CategoryColumn['type'] = 'categorical',
): CategoryColumn {
  const categories = [...new Set(values.filter((value) => value !== null))];
  return {
    name,
    type,
    codes: Int32Array.from(values, (value) => (value === null ? -1 : categories.indexOf(value))),
    categories,
  };
}

export function tableOf(...columns: readonly Column[]): Table {
  const [first] = columns;
  return { rows: first === undefined ? 0 : 'values' in first ? first.values.length : first.codes.length, columns };
}

/** The rows 0 to count - 1. */
export function firstRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}
