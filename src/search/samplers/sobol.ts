import { createGenerator } from '../../engine/random.ts';
import { decode } from '../space/space.ts';
import type { CreateSampler } from './sampler.ts';
import { DIRECTION_NUMBERS } from './sobolNumbers.ts';

const BITS = 32;

/**
 * Covers the space evenly with a Sobol sequence that the seed scrambles. Each parameter is a
 * dimension.
 */
export const createSobol: CreateSampler = (space, seed) => {
  const at = createSobolSequence(space.length, seed);
  return (n) => decode(space, at(n));
};

/**
 * Point n, counted from 0, of a scrambled Sobol sequence with at most 64 dimensions: coordinates in
 * [0, 1).
 */
export function createSobolSequence(dimensions: number, seed: number): (n: number) => Float64Array {
  const { integer } = createGenerator(seed);
  const columns = Array.from({ length: dimensions }, (_, d) => ({
    directions: directionsOf(d),
    key: integer(2 ** BITS) >>> 0,
  }));
  return (n) => Float64Array.from(columns, ({ directions, key }) => scramble(sum(directions, n), key) * 2 ** -BITS);
}

/**
 * The XOR of the directions that the bits of n select: 32 bits of a coordinate, without scrambling.
 */
export function sobolBits(dimension: number, n: number): number {
  return sum(directionsOf(dimension), n);
}

function sum(directions: Uint32Array, n: number): number {
  let bits = 0;
  for (let bit = 0; n >>> bit !== 0 && bit < BITS; bit++) {
    if ((n >>> bit) & 1) bits ^= directions[bit];
  }
  return bits >>> 0;
}

/**
 * v[1] to v[32] of a dimension (Joe and Kuo 2008, "Constructing Sobol sequences with better
 * two-dimensional projections", equation 2).
 */
function directionsOf(dimension: number): Uint32Array {
  if (dimension === 0) return Uint32Array.from({ length: BITS }, (_, k) => 2 ** (BITS - 1 - k));
  const [a, ...m] = DIRECTION_NUMBERS[dimension - 1];
  const s = m.length;
  const v = new Uint32Array(BITS);
  for (let k = 0; k < BITS; k++) {
    if (k < s) {
      v[k] = m[k] * 2 ** (BITS - 1 - k);
      continue;
    }
    v[k] = v[k - s] ^ (v[k - s] >>> s);
    for (let j = 1; j < s; j++) {
      if ((a >>> (s - 1 - j)) & 1) v[k] ^= v[k - j];
    }
  }
  return v;
}

/**
 * Owen's nested scrambling by a hash, which preserves the uniformity (Burley 2020, "Practical
 * Hash-based Owen Scrambling").
 */
function scramble(bits: number, key: number): number {
  let x = reverse(bits);
  x = (x + key) >>> 0;
  x ^= Math.imul(x, 0x6c50b47c);
  x ^= Math.imul(x, 0xb82f1e52);
  x ^= Math.imul(x, 0xc7afe638);
  x ^= Math.imul(x, 0x8d22f6e6);
  return reverse(x >>> 0);
}

function reverse(x: number): number {
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1);
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2);
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4);
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8);
  return ((x >>> 16) | (x << 16)) >>> 0;
}
