import { createGenerator } from '../../../src/engine/random.ts';

/**
 * Below, equal to, a multiple of and above the width of a vector (4, 8 or 16 numbers) and of a
 * tile.
 */
export const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 65] as const;

/** `count` standard normal numbers times `deviation`, the same for the same seed. */
export function normals(count: number, seed: number, deviation = 1): number[] {
  const generator = createGenerator(seed);
  return Array.from({ length: count }, () => Math.fround(deviation * generator.normal()));
}

/** `count` numbers in [0, 1), the same for the same seed. */
export function uniforms(count: number, seed: number): number[] {
  const generator = createGenerator(seed);
  return Array.from({ length: count }, () => Math.fround(generator.uniform()));
}

/** `count` integers in [0, bound), the same for the same seed. */
export function wholeNumbers(count: number, bound: number, seed: number): number[] {
  const generator = createGenerator(seed);
  return Array.from({ length: count }, () => generator.integer(bound));
}

const MAGNITUDES = [0, 1e-45, 1e-40, 1.2e-38, 1e-20, 1e-7, 1e-3, 0.3, 0.5, 0.7, 1, 1.19, 2, 3, 5, 9, 10, 16.5];

/**
 * Zeros, subnormal numbers, ordinary ones, and those around which the activations change their
 * formula; both signs.
 */
export const FINITE_EDGES = [...MAGNITUDES, 19.9, 20, 20.1, 30, 40, 87, 88, 88.7, 89, 103, 104, 150, 1e4, 1e10]
  .flatMap((x) => [x, -x])
  .map(Math.fround);

/** The largest numbers, infinities, and NaN. */
export const EXTREMES = [3.4e38, -3.4e38, Infinity, -Infinity, NaN];
