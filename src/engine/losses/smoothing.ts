/** Throws RangeError when the share of a label that smoothing spreads is none. */
export function checkSmoothing(labelSmoothing: number): void {
  if (labelSmoothing >= 0 && labelSmoothing < 1) return;
  throw new RangeError(`label smoothing must be at least 0 and below 1, not ${labelSmoothing}`);
}
