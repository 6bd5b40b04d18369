/**
 * Rows that a distribution is fitted to. Quantiles of more rows agree in three digits and take
 * longer to sort.
 */
const SAMPLE_ROWS = 20_000;

/** Minimum and maximum. Loops, because a column can have millions of values. */
export function extremes(values: Float64Array): [number, number] {
  let [min, max] = [values[0], values[0]];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

/**
 * At most `SAMPLE_ROWS` of the values, spread evenly over the rows, and both extremes; sorted. May
 * sort the values themselves.
 */
export function sortedSample(values: Float64Array): Float64Array {
  if (values.length <= SAMPLE_ROWS) return values.sort();
  const sample = new Float64Array(SAMPLE_ROWS + 2);
  const stride = (values.length - 1) / (SAMPLE_ROWS - 1);
  for (let i = 0; i < SAMPLE_ROWS; i++) sample[i] = values[Math.round(i * stride)];
  sample.set(extremes(values), SAMPLE_ROWS);
  return sample.sort();
}
