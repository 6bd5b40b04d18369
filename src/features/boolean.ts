import { z } from 'zod';
import type { Column } from '../formats/table.ts';
import { asBooleans } from './conversions.ts';
import type { InputBlock } from './matrix.ts';

export const fittedBooleanSchema = z.strictObject({
  kind: z.literal('boolean'),
  column: z.string(),
  share: z.number().describe('The share of true in the training rows; it stands for a missing value.'),
  missing: z.boolean().describe('Values were missing in the training rows: one more input says so.'),
});
export type FittedBoolean = z.infer<typeof fittedBooleanSchema>;

/** Fits a column of truth values to the given rows; undefined when they say nothing: all equal, or all missing. */
export function fitBoolean(column: Column, rows: Int32Array): FittedBoolean | undefined {
  const values = asBooleans(column);
  const known = Float64Array.from(rows, (row) => values[row]).filter((value) => !Number.isNaN(value));
  const missing = known.length < rows.length;
  if (known.length === 0) return undefined;
  const share = known.reduce((sum, value) => sum + value, 0) / known.length;
  if ((share === 0 || share === 1) && !missing) return undefined;
  return { kind: 'boolean', column: column.name, share, missing };
}

/** `member`, then `member is missing`. */
export function booleanInputs({ column, missing }: FittedBoolean): string[] {
  return missing ? [column, `${column} is missing`] : [column];
}

export function countBooleanInputs({ missing }: FittedBoolean): number {
  return missing ? 2 : 1;
}

/** Writes -1 for false, 1 for true; an absent column is missing everywhere. */
export function writeBoolean(
  fitted: FittedBoolean,
  column: Column | undefined,
  rows: Int32Array,
  block: InputBlock,
): void {
  const { values, offset, width } = block;
  const flags = column && asBooleans(column);
  rows.forEach((row, i) => {
    const flag = flags?.[row] ?? Number.NaN;
    const missing = Number.isNaN(flag);
    const start = i * width + offset;
    values[start] = 2 * (missing ? fitted.share : flag) - 1;
    if (fitted.missing) values[start + 1] = missing ? 1 : 0;
  });
}
