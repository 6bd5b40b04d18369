/**
 * The power of two that the numbers go up to; 1 where they are all 0 or one is infinite. In parts
 * of it no digit of theirs changes.
 */
export function powerOfTwoScale(...columns: readonly Float64Array[]): number {
  let largest = 0;
  for (const numbers of columns) for (const number of numbers) largest = Math.max(largest, Math.abs(number));
  return largest > 0 && largest < Number.POSITIVE_INFINITY ? 2 ** Math.floor(Math.log2(largest)) : 1;
}
