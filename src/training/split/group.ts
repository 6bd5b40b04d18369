import { asCategories } from '../../features/columns/conversions.ts';
import type { Column } from '../../formats/table.ts';
import { type SplitFractions, splitGenerator } from './random.ts';
import { type Splits, sortedSplits } from './splits.ts';

/**
 * Splits without a common group: whole groups are drawn until a split has its fraction. Rows
 * without a group are one group.
 */
export function splitByGroup(
  rows: Int32Array,
  column: Column,
  { validation, test }: SplitFractions,
  seed: number,
): Splits {
  const { codes } = asCategories(column);
  const groups = [...Map.groupBy(rows, (row) => codes[row]).values()];
  const order = Int32Array.from(groups.keys());
  splitGenerator(seed).shuffle(order);
  const undrawn = [...order].map((group) => groups[group]);
  const drawn = { test: draw(undrawn, rows.length * test), validation: draw(undrawn, rows.length * validation) };
  return sortedSplits({ ...drawn, training: undrawn });
}

/** Draws groups until they have `wanted` rows, but never the last group, which is for training. */
function draw(undrawn: number[][], wanted: number): number[][] {
  const drawn: number[][] = [];
  let rows = 0;
  while (rows < wanted && undrawn.length > 1) {
    const group = undrawn.pop() ?? [];
    drawn.push(group);
    rows += group.length;
  }
  return drawn;
}
