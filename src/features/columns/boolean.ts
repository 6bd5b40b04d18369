import { z } from 'zod';
import { type Column, isNumberColumn } from '../../formats/table.ts';
import { parseBoolean } from '../../formats/types/boolean.ts';
import type { DenseColumnType } from './columnType.ts';
import { mapCategories } from './conversions.ts';

const schema = z.strictObject({
  kind: z.literal('boolean'),
  column: z.string(),
  share: z.number().describe('The share of true in the training rows. It replaces a missing value.'),
  missing: z.boolean().describe('Whether training rows had missing values: one more input marks them.'),
});
export type FittedBoolean = z.infer<typeof schema>;

/** One input: -1 for false, 1 for true. */
export const boolean = {
  schema,
  block: 'dense',
  numbers: asBooleans,

  fit(column, rows) {
    const values = asBooleans(column);
    const known = Float64Array.from(rows, (row) => values[row]).filter((value) => !Number.isNaN(value));
    const missing = known.length < rows.length;
    if (known.length === 0) return undefined;
    const share = known.reduce((sum, value) => sum + value, 0) / known.length;
    if ((share === 0 || share === 1) && !missing) return undefined;
    return { kind: 'boolean', column: column.name, share, missing };
  },

  /** `member`, then `member is missing`. */
  inputs: ({ column, missing }) => (missing ? [column, `${column} is missing`] : [column]),
  width: ({ missing }) => (missing ? 2 : 1),
  estimateWidth: () => 1,
  describe: () => ({}),

  writer(fitted, column) {
    const flags = column && asBooleans(column);
    return (rows, { values, offset, width }) =>
      rows.forEach((row, i) => {
        const flag = flags?.[row] ?? Number.NaN;
        const missing = Number.isNaN(flag);
        const start = i * width + offset;
        values[start] = 2 * (missing ? fitted.share : flag) - 1;
        if (fitted.missing) values[start + 1] = missing ? 1 : 0;
      });
  },
} as const satisfies DenseColumnType<FittedBoolean>;

/** The column as 0 and 1; every other value is NaN. */
function asBooleans(column: Column): Float64Array {
  if (!isNumberColumn(column)) return mapCategories(column, parseBoolean);
  return column.type === 'boolean'
    ? column.values
    : column.values.map((value) => (value === 0 || value === 1 ? value : Number.NaN));
}
