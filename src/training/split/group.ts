import { asCategories } from '../../features/casts.ts';
import type { Column } from '../../kit/table.ts';
import { type Parts, partsOf } from './parts.ts';
import { type Shares, splitGenerator } from './random.ts';

/** Parts that no group is in two of: whole groups are drawn until a part has its share. Rows without a group are one group. */
export function splitByGroup(rows: Int32Array, column: Column, { validation, test }: Shares, seed: number): Parts {
  const { codes } = asCategories(column);
  const groups = [...Map.groupBy(rows, (row) => codes[row]).values()];
  const order = Int32Array.from(groups.keys());
  splitGenerator(seed).shuffle(order);
  const undrawn = [...order].map((group) => groups[group]);
  const testRows = draw(undrawn, rows.length * test);
  const validationRows = draw(undrawn, rows.length * validation);
  return partsOf(undrawn.flat(), validationRows, testRows);
}

/** Takes groups until they have `wanted` rows, but never the last group, which is for the training. */
function draw(undrawn: number[][], wanted: number): number[] {
  const drawn: number[] = [];
  while (drawn.length < wanted && undrawn.length > 1) drawn.push(...(undrawn.pop() ?? []));
  return drawn;
}
