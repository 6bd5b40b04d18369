/**
 * Statistics of repeated measurements: the fastest, because other processes only slow it down, and
 * the median, as a user sees it.
 */
export interface Times {
  readonly median: number;
  readonly fastest: number;
}

/** Needs at least one. */
export function timesOf(measured: readonly number[]): Times {
  const sorted = measured.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, fastest: sorted[0] };
}
