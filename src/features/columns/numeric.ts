import { z } from 'zod';
import { binCount, encodeBin, fitEdges } from '../scaling/bins.ts';
import { extremes, sortedSample } from '../scaling/sample.ts';
import { fitScaling, fittedScalingSchema, scaler } from '../scaling/scaling.ts';
import type { DenseColumnType, FitSettings } from './columnType.ts';
import { asNumbers } from './conversions.ts';
import { isFarOutside } from './range.ts';

/** Networks learn well from inputs of about 1. Inputs beyond this make steps too large. */
export const LARGE_INPUT = 100;

const schema = z.strictObject({
  kind: z.literal('numeric'),
  column: z.string(),
  scaling: fittedScalingSchema,
  edges: z.array(z.number()).describe('The edges of the bins; empty without bins.'),
  fill: z.number().describe('The median of the training rows. It replaces a missing value.'),
  missing: z.boolean().describe('Whether training rows had missing values: one more input marks them.'),
  range: z.tuple([z.number(), z.number()]).describe('Minimum and maximum of the training rows.'),
});
export type FittedNumeric = z.infer<typeof schema>;

/** The scaled number, and its position in each bin (piecewise linear encoding). */
export const numeric = {
  schema,
  block: 'dense',
  numbers: asNumbers,

  fit(column, rows, { scaling, bins }: Pick<FitSettings, 'scaling' | 'bins'>) {
    const known = knownValues(asNumbers(column), rows);
    const missing = known.length < rows.length;
    if (known.length === 0) return undefined;
    const range = extremes(known);
    const constant = range[0] === range[1];
    if (constant && !missing) return undefined;
    const sample = sortedSample(known);
    return {
      kind: 'numeric',
      column: column.name,
      scaling:
        constant && scaling !== 'none'
          ? { type: 'standard', mean: range[0], deviation: 1 }
          : fitScaling(sample, scaling),
      edges: fitEdges(sample, bins),
      fill: sample[sample.length >> 1],
      missing,
      range,
    };
  },

  /** `age`, then its bins such as `age from 25 to 31`, then `age is missing`. */
  inputs({ column, edges, missing }) {
    const bins = Array.from(
      { length: binCount(edges) },
      (_, bin) => `${column} from ${edges[bin]} to ${edges[bin + 1]}`,
    );
    return [column, ...bins, ...(missing ? [`${column} is missing`] : [])];
  },
  width: ({ edges, missing }) => 1 + binCount(edges) + (missing ? 1 : 0),
  estimateWidth: (distinct, { bins }) => 1 + Math.min(bins, distinct),
  describe: ({ range }) => ({ range }),
  isFarOutside: ({ range }, value) => isFarOutside(range, value),
  isLargeUnscaled: ({ scaling, range: [min, max] }) =>
    scaling.type === 'none' && Math.max(Math.abs(min), Math.abs(max)) > LARGE_INPUT,

  writer(fitted, column) {
    const numbers = column && asNumbers(column);
    const scale = scaler(fitted.scaling);
    const bins = binCount(fitted.edges);
    return (rows, { values, offset, width }) =>
      rows.forEach((row, i) => {
        const raw = numbers?.[row] ?? Number.NaN;
        const missing = !Number.isFinite(raw);
        const value = missing ? fitted.fill : raw;
        const start = i * width + offset;
        values[start] = scale(value);
        // Bins above the value stay 0.
        for (let bin = 0; bin < bins && value > fitted.edges[bin]; bin++) {
          values[start + 1 + bin] = encodeBin(fitted.edges, bin, value);
        }
        if (fitted.missing) values[start + 1 + bins] = missing ? 1 : 0;
      });
  },
} as const satisfies DenseColumnType<FittedNumeric>;

/** The finite values of the rows. Loops, because a wide table has thousands of columns. */
function knownValues(values: Float64Array, rows: Int32Array): Float64Array {
  const known = new Float64Array(rows.length);
  let count = 0;
  for (const row of rows) if (Number.isFinite(values[row])) known[count++] = values[row];
  return known.subarray(0, count);
}
