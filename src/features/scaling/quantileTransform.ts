import { normalQuantile } from './normalQuantile.ts';
import { evenPositions, interpolate, lowerBound, runEnd } from './sorted.ts';

/** More knots would follow the noise of the training rows and make the model's description long. */
const MAX_KNOTS = 256;
/** Rows a knot stands for, so that small data are not mapped value by value. */
const ROWS_PER_KNOT = 10;

/** Straight lines between `values`, ascending, and their `scores`. */
export interface Knots {
  readonly values: number[];
  readonly scores: number[];
}

/** Knots at quantiles of the values; the score of a knot is the normal quantile of the middle rank of the rows that share its value. */
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
