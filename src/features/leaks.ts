import { type Column, isNumberColumn, type NumberColumn } from '../kit/table.ts';
import type { Warning } from '../kit/warning.ts';
import { asCategories, type Categories } from './casts.ts';

/** Fewer rows agree by chance. */
const ENOUGH_ROWS = 20;

/** Warns of columns that give the target away: mostly the target itself under another name. */
export function findLeaks(
  columns: readonly Column[],
  target: Column,
  rows: Int32Array,
  task: 'classes' | 'number',
): Warning[] {
  if (rows.length < ENOUGH_ROWS) return [];
  const same = task === 'number' ? sameNumbers(target, rows) : sameClasses(asCategories(target), rows);
  return columns.filter(same).map(({ name }) => ({
    code: 'target_leak',
    column: name,
    message: `The column '${name}' says the same as the target in every training row. If it is not known when predictions are made, put it into features.exclude.`,
  }));
}

function sameNumbers(target: Column, rows: Int32Array): (column: Column) => boolean {
  const isTarget = (column: NumberColumn, values: Float64Array) =>
    rows.every((row) => column.values[row] === values[row]);
  return (column) => isNumberColumn(column) && isNumberColumn(target) && isTarget(column, target.values);
}

/** Whether a one-to-one renaming of values turns the column into the target; it stops at the first row that says no. */
function sameClasses(target: Categories, rows: Int32Array): (column: Column) => boolean {
  return (column) => {
    const values = isNumberColumn(column) ? column.values : column.codes;
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
