import type { JsonRows } from '../../../src/models/rows/json.ts';

/** Values as rows of JSON. */
export function asJsonRows(values: readonly unknown[]): JsonRows {
  return { values, sourceOf: (row) => JSON.stringify(values[row]) };
}
