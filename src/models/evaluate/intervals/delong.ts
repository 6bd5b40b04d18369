import { normalQuantileOfLevel, twoSidedP } from './normal.ts';
import type { Interval } from './wilson.ts';

/** The area under the ROC curve with the placements of its rows. */
interface Placements {
  readonly area: number;
  /** Of each positive row: the share of negative rows below it, ties counting half. */
  readonly positive: Float64Array;
  /** Of each negative row: the share of positive rows above it. */
  readonly negative: Float64Array;
}

/** The area of one model with its variance (DeLong, DeLong and Clarke-Pearson 1988). */
export interface DelongArea {
  readonly area: number;
  readonly variance: number;
  readonly interval: Interval;
}

/** Null if a class is missing. `actual` has 1 for the rows that should have high scores. */
export function delongArea(scores: ArrayLike<number>, actual: ArrayLike<number>, level: number): DelongArea | null {
  const placed = placementsOf(scores, actual);
  if (placed === null) return null;
  const variance = covarianceOf(placed, placed);
  const half = normalQuantileOfLevel(level) * Math.sqrt(variance);
  const interval = { low: Math.max(0, placed.area - half), high: Math.min(1, placed.area + half) };
  return { area: placed.area, variance, interval };
}

export interface DelongDifference {
  readonly difference: number;
  readonly covariance: number;
  readonly interval: Interval;
  /** Null where the difference has no spread. */
  readonly z: number | null;
  readonly p: number | null;
}

/**
 * The paired difference of the areas of two models on the same rows; null if a class is missing.
 */
export function delongDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  actual: ArrayLike<number>,
  level: number,
): DelongDifference | null {
  const [first, second] = [placementsOf(a, actual), placementsOf(b, actual)];
  if (first === null || second === null) return null;
  const difference = first.area - second.area;
  const covariance = covarianceOf(first, second);
  const deviation = Math.sqrt(Math.max(0, varianceOfDifference(first, second)));
  const half = normalQuantileOfLevel(level) * deviation;
  const interval = { low: difference - half, high: difference + half };
  if (deviation === 0) return { difference, covariance, interval, z: null, p: difference === 0 ? 1 : null };
  const z = difference / deviation;
  return { difference, covariance, interval, z, p: twoSidedP(z) };
}

/** By midranks (Sun and Xu 2014): n log n instead of all pairs. */
function placementsOf(scores: ArrayLike<number>, actual: ArrayLike<number>): Placements | null {
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => scores[a] - scores[b]);
  const positives = order.reduce((sum, row) => sum + (actual[row] === 1 ? 1 : 0), 0);
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return null;
  const place = new Float64Array(order.length);
  let [below, belowPositive, start, area] = [0, 0, 0, 0];
  while (start < order.length) {
    let end = start;
    let tied = 0;
    for (; end < order.length && scores[order[end]] === scores[order[start]]; end++)
      tied += actual[order[end]] === 1 ? 1 : 0;
    const negative = end - start - tied;
    for (let i = start; i < end; i++) {
      const row = order[i];
      place[row] =
        actual[row] === 1 ? (below + negative / 2) / negatives : (positives - belowPositive - tied / 2) / positives;
    }
    area += tied * (below + negative / 2);
    below += negative;
    belowPositive += tied;
    start = end;
  }
  return {
    area: area / (positives * negatives),
    positive: place.filter((_value, row) => actual[row] === 1),
    negative: place.filter((_value, row) => actual[row] !== 1),
  };
}

function covarianceOf(a: Placements, b: Placements): number {
  return (
    covariance(a.positive, a.area, b.positive, b.area) / a.positive.length +
    covariance(a.negative, a.area, b.negative, b.area) / a.negative.length
  );
}

/** From the differences of each row, so that equal models have exactly 0. */
function varianceOfDifference(a: Placements, b: Placements): number {
  const mean = a.area - b.area;
  const positive = a.positive.map((value, i) => value - b.positive[i]);
  const negative = a.negative.map((value, i) => value - b.negative[i]);
  return (
    covariance(positive, mean, positive, mean) / positive.length +
    covariance(negative, mean, negative, mean) / negative.length
  );
}

function covariance(a: Float64Array, meanA: number, b: Float64Array, meanB: number): number {
  if (a.length < 2) return 0;
  return a.reduce((sum, value, i) => sum + (value - meanA) * (b[i] - meanB), 0) / (a.length - 1);
}
