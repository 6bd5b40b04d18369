/** Searches and counts in sorted numbers. */

/** The first position whose value is at least `value`, or the length. */
export function lowerBound(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first position after the run of equal values that starts at `start`. */
export function runEnd(sorted: ArrayLike<number>, start: number): number {
  let end = start + 1;
  while (end < sorted.length && sorted[end] === sorted[start]) end++;
  return end;
}

/** The most frequent value, its share of the numbers, and the count of distinct values. */
export function mostCommon(sorted: Float64Array): { common: number; share: number; distinct: number } {
  let common = Number.NaN;
  let maxCount = 0;
  let distinct = 0;
  for (let start = 0; start < sorted.length; ) {
    const end = runEnd(sorted, start);
    distinct++;
    if (end - start > maxCount) {
      maxCount = end - start;
      common = sorted[start];
    }
    start = end;
  }
  return { common, share: maxCount / sorted.length, distinct };
}

/** The position of a value between two numbers, 0 to 1, for any distance between them. */
export function interpolate(from: number, to: number, value: number): number {
  const whole = to - from;
  // Halves keep the distance of two huge numbers of unlike sign finite.
  return Number.isFinite(whole) ? (value - from) / whole : (value / 2 - from / 2) / (to / 2 - from / 2);
}

/** `count` positions spread evenly from the first to the last of `length`. */
export function evenPositions(length: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / Math.max(1, count - 1)));
}
