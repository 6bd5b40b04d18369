/**
 * Whether a value is beyond the range of the training rows by more than its length. Inputs are
 * clamped at about that distance or farther. A missing value is not.
 */
export function isFarOutside([min, max]: readonly [number, number], value: number): boolean {
  const length = max - min;
  return value < min - length || value > max + length;
}
