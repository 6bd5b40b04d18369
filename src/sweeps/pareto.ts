export function paretoFront(_v: readonly (readonly number[])[], _g: readonly string[]): number[] {
  return [];
}
