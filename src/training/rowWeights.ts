import { asNumbers } from '../features/columns/conversions.ts';
import { findColumn, type Table } from '../formats/table.ts';
import type { Warning } from '../kit/warning.ts';
import { invalidSpec } from './schemas/invalidSpec.ts';

export interface RowWeights {
  /** Of every row of the table; null: each has weight 1. */
  readonly weights: Float64Array | null;
  /** Whether the row has a weight above 0. */
  readonly weighted: (row: number) => boolean;
  readonly warnings: readonly Warning[];
}

/**
 * The weights of a column; rows with a missing or zero weight are left out. Throws `invalid_spec`
 * for a negative one.
 */
export function readWeights(table: Table, name: string | null): RowWeights {
  const column = name === null ? undefined : findColumn(table, name);
  if (column === undefined) return { weights: null, weighted: () => true, warnings: [] };
  const weights = asNumbers(column);
  if (weights.some((weight) => weight < 0)) {
    throw invalidSpec('/weightColumn', `Weights must not be negative; '${column.name}' has negative values.`);
  }
  const missing = weights.filter((weight) => !Number.isFinite(weight)).length;
  const message = `${missing} rows have no weight in '${column.name}' and are left out.`;
  return {
    weights,
    weighted: (row) => Number.isFinite(weights[row]) && weights[row] > 0,
    warnings: missing > 0 ? [{ code: 'missing_weights', column: column.name, message }] : [],
  };
}
