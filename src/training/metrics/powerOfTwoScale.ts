/**
 * The largest power of two that is at most the largest magnitude; 1 if all numbers are 0 or one is
 * infinite. Dividing by it is exact.
 */
export function powerOfTwoScale(...columns: readonly Float64Array[]): number {
  let largest = 0;
  for (const numbers of columns) for (const number of numbers) largest = Math.max(largest, Math.abs(number));
  return largest > 0 && largest < Number.POSITIVE_INFINITY ? 2 ** Math.floor(Math.log2(largest)) : 1;
}
