import { sortedSample } from './sample.ts';

/** Quartile of the standard normal distribution. */
const NORMAL_QUARTILE = 0.6745;
/** An outlier is beyond that many deviations of the normal distribution with the same quartiles. */
const OUTLIER_DEVIATIONS = 20;

/** The smallest and the largest value that is no outlier. */
export type OutlierBounds = readonly [low: number, high: number];

/**
 * The bounds of values, from their quartiles. Infinite where both quartiles are equal: all other
 * values would be outliers.
 */
export function outlierBounds(values: Float64Array): OutlierBounds {
  const sorted = sortedSample(values.slice());
  const [lower, median, upper] = [0.25, 0.5, 0.75].map((share) => sorted[Math.round(share * (sorted.length - 1))]);
  const deviation = Math.max(upper - median, median - lower) / NORMAL_QUARTILE;
  const reach = deviation > 0 ? OUTLIER_DEVIATIONS * deviation : Infinity;
  return [median - reach, median + reach];
}

/** The value, or the bound that it is beyond. */
export function clampOutlier(value: number, [low, high]: OutlierBounds): number {
  return Math.max(low, Math.min(high, value));
}
