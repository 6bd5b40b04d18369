import { describeUnit } from '../../formats/types/numbers.ts';
import type { Warning } from '../../kit/warning.ts';
import type { DatasetShape } from './shape.ts';

/**
 * Warns of the units of the target and of columns with a requested type: their numbers, and
 * categories of numbers, do not have the unit that the file shows.
 */
export function unitWarnings({ columns }: DatasetShape, names: readonly string[]): readonly Warning[] {
  return columns.flatMap(({ name, unit }): Warning[] => {
    if (unit === undefined || !names.includes(name)) return [];
    return [
      { code: 'unit_left_out', column: name, message: `The cells of '${name}' have the unit ${describeUnit(unit)}` },
    ];
  });
}
