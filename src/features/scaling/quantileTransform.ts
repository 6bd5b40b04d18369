import { normalQuantile } from './normalQuantile.ts';
import { evenPositions, interpolate, lowerBound, runEnd } from './sorted.ts';

/** More knots would fit the noise of the training rows and lengthen the model's description. */
const MAX_KNOTS = 256;
/** Rows per knot, so that a small table is not mapped value by value. */
const ROWS_PER_KNOT = 10;

/** A piecewise linear function from `values`, ascending, to `scores`. */
export interface Knots {
  readonly values: number[];
  readonly scores: number[];
}

/**
 * Knots at quantiles of the values. A knot's score is the normal quantile of the mean rank of the
 * rows with its value.
 */
export function fitKnots(sorted: Float64Array): Knots {
  const count = sorted.length;
  const values: number[] = [];
  const scores: number[] = [];
  const knots = Math.max(2, Math.min(MAX_KNOTS, Math.floor(count / ROWS_PER_KNOT)));
  for (const position of evenPositions(count, knots)) {
    const value = sorted[position];
    if (value === values.at(-1)) continue;
    const start = lowerBound(sorted, value);
    values.push(value);
    scores.push(normalQuantile((start + runEnd(sorted, start)) / 2 / count));
  }
  return { values, scores };
}

/** Linear between knots, constant beyond the outermost. */
export function quantileTransform({ values, scores }: Knots, value: number): number {
  const right = lowerBound(values, value);
  if (right === 0) return scores[0];
  if (right === values.length) return scores[right - 1];
  const [from, to] = [values[right - 1], values[right]];
  const [low, high] = [scores[right - 1], scores[right]];
  return low + interpolate(from, to, value) * (high - low);
}
