import { normalQuantileOfLevel } from './normal.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Wilson's score interval of a share (1927), without continuity correction. */
export function wilson(successes: number, trials: number, level: number): Interval {
  const z = normalQuantileOfLevel(level);
  const share = successes / trials;
  const centre = share + (z * z) / (2 * trials);
  const half = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const scale = 1 + (z * z) / trials;
  return {
    low: successes === 0 ? 0 : Math.max(0, (centre - half) / scale),
    high: successes === trials ? 1 : Math.min(1, (centre + half) / scale),
  };
}
