import type { OneHotColumn } from '../../engine/layers/inputs.ts';
import { NO_CODE } from '../../engine/layers/inputs.ts';
import type { FittedFeatures } from '../../features/features.ts';
import { layoutOf, transform } from '../../features/transform.ts';
import type { Table } from '../../formats/table.ts';

/**
 * X (n[0], m) with every input as a number: those of categories are 0 or 1. A category that
 * training did not see has the frequencies of the known ones, as in a prediction.
 */
export function allInputs(features: FittedFeatures, table: Table): Float64Array {
  const { inputs, oneHot } = layoutOf(features);
  const { X, codes } = transform(features, table);
  const dense = inputs - oneHot.reduce((sum, column) => sum + column.inputs, 0);
  const all = new Float64Array(inputs * table.rows);
  for (let row = 0; row < table.rows; row++) {
    const example = all.subarray(row * inputs, (row + 1) * inputs);
    example.set(X.subarray(row * dense, (row + 1) * dense));
    writeCategories(example.subarray(dense), oneHot, codes.subarray(row * oneHot.length));
  }
  return all;
}

function writeCategories(inputs: Float64Array, columns: readonly OneHotColumn[], codes: Int32Array): void {
  let first = 0;
  for (const [index, column] of columns.entries()) {
    if (codes[index] === NO_CODE) inputs.set(column.unknownCategory ?? [], first);
    else inputs[codes[index]] = 1;
    first += column.inputs;
  }
}
