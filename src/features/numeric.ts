import { z } from 'zod';
import type { Column } from '../formats/table.ts';
import { asNumbers } from './conversions.ts';
import type { InputBlock } from './matrix.ts';
import { binCount, encodeBin, fitEdges } from './scaling/bins.ts';
import { fitScaling, fittedScalingSchema, scaler } from './scaling/scaling.ts';
import type { FeaturesOptions } from './schemas.ts';

/** Rows that a distribution is read from; quantiles of more are the same to three digits and take longer to sort. */
const SAMPLE_ROWS = 20_000;

/** Networks learn well from inputs about as large as 1; much larger ones make steps too large. */
export const LARGE_INPUT = 100;

export const fittedNumericSchema = z.strictObject({
  kind: z.literal('numeric'),
  column: z.string(),
  scaling: fittedScalingSchema,
  edges: z.array(z.number()).describe('Between the bins; empty when there are none.'),
  fill: z.number().describe('The median of the training rows stands for a missing value.'),
  missing: z.boolean().describe('Values were missing in the training rows: one more input says so.'),
  range: z.tuple([z.number(), z.number()]).describe('Minimum and maximum of the training rows.'),
});
export type FittedNumeric = z.infer<typeof fittedNumericSchema>;

/** Fits a column of numbers to the given rows; undefined when they say nothing: all equal, or all missing. */
export function fitNumeric(
  column: Column,
  rows: Int32Array,
  options: Pick<FeaturesOptions, 'scaling'> & { readonly bins: number },
): FittedNumeric | undefined {
  const known = knownValues(asNumbers(column), rows);
  const missing = known.length < rows.length;
  if (known.length === 0) return undefined;
  const range = extremes(known);
  const constant = range[0] === range[1];
  if (constant && !missing) return undefined;
  const sample = sortedSample(known, range);
  return {
    kind: 'numeric',
    column: column.name,
    scaling:
      constant && options.scaling !== 'none'
        ? { type: 'standard', mean: range[0], deviation: 1 }
        : fitScaling(sample, options.scaling),
    edges: fitEdges(sample, options.bins),
    fill: sample[sample.length >> 1],
    missing,
    range,
  };
}

/** Whether the column is not scaled although its values are large for a network. */
export function isLargeUnscaled({ scaling, range: [min, max] }: FittedNumeric): boolean {
  return scaling.type === 'none' && Math.max(Math.abs(min), Math.abs(max)) > LARGE_INPUT;
}

/** `age`, then its bins such as `age from 25 to 31`, then `age is missing`. */
export function numericInputs({ column, edges, missing }: FittedNumeric): string[] {
  const bins = Array.from({ length: binCount(edges) }, (_, p) => `${column} from ${edges[p]} to ${edges[p + 1]}`);
  return [column, ...bins, ...(missing ? [`${column} is missing`] : [])];
}

export function countNumericInputs({ edges, missing }: FittedNumeric): number {
  return 1 + binCount(edges) + (missing ? 1 : 0);
}

/** Writes the inputs of the given rows of the column, which may be absent: then every value is missing. */
export function writeNumeric(
  fitted: FittedNumeric,
  column: Column | undefined,
  rows: Int32Array,
  block: InputBlock,
): void {
  const { values, offset, width } = block;
  const numbers = column && asNumbers(column);
  const scale = scaler(fitted.scaling);
  const bins = binCount(fitted.edges);
  rows.forEach((row, i) => {
    const raw = numbers?.[row] ?? Number.NaN;
    const missing = !Number.isFinite(raw);
    const value = missing ? fitted.fill : raw;
    const start = i * width + offset;
    values[start] = scale(value);
    for (let bin = 0; bin < bins; bin++) values[start + 1 + bin] = encodeBin(fitted.edges, bin, value);
    if (fitted.missing) values[start + 1 + bins] = missing ? 1 : 0;
  });
}

/** The finite values of the rows. Loops, since wide tables come here thousands of times. */
function knownValues(values: Float64Array, rows: Int32Array): Float64Array {
  const known = new Float64Array(rows.length);
  let count = 0;
  for (const row of rows) if (Number.isFinite(values[row])) known[count++] = values[row];
  return known.subarray(0, count);
}

function extremes(values: Float64Array): [number, number] {
  let [min, max] = [values[0], values[0]];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

/** At most `SAMPLE_ROWS` of the values, spread evenly over the rows, and the extremes. */
function sortedSample(values: Float64Array, [min, max]: readonly [number, number]): Float64Array {
  if (values.length <= SAMPLE_ROWS) return values.sort();
  const sample = new Float64Array(SAMPLE_ROWS + 2);
  const stride = (values.length - 1) / (SAMPLE_ROWS - 1);
  for (let i = 0; i < SAMPLE_ROWS; i++) sample[i] = values[Math.round(i * stride)];
  sample.set([min, max], SAMPLE_ROWS);
  return sample.sort();
}
