import { type Categories, type Column, isNumberColumn, type NumberColumn } from '../../formats/table.ts';
import { asCategories } from '../columns/conversions.ts';

/**
 * Whether a column equals the target in every row: the same numbers, or the same values under other
 * names.
 */
export function isCopyOf(target: Column, rows: Int32Array, task: 'classes' | 'number'): (column: Column) => boolean {
  return task === 'number' ? sameNumbers(target, rows) : sameClasses(asCategories(target), rows);
}

function sameNumbers(target: Column, rows: Int32Array): (column: Column) => boolean {
  const isTarget = (column: NumberColumn, values: Float64Array) =>
    rows.every((row) => column.values[row] === values[row]);
  return (column) => isNumberColumn(column) && isNumberColumn(target) && isTarget(column, target.values);
}

/**
 * Whether a one-to-one mapping of values turns the column into the target. Stops at the first row
 * that contradicts.
 */
function sameClasses(target: Categories, rows: Int32Array): (column: Column) => boolean {
  return (column) => {
    const values = isNumberColumn(column) ? (column.exact?.codes ?? column.values) : column.codes;
    const forward = new Map<number, number>();
    const backward = new Map<number, number>();
    for (const row of rows) {
      const [value, code] = [values[row], target.codes[row]];
      if ((forward.get(value) ?? code) !== code || (backward.get(code) ?? value) !== value) return false;
      forward.set(value, code);
      backward.set(code, value);
    }
    return forward.size > 1;
  };
}
