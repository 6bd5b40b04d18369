import { describe, expect, it } from 'vitest';
import { createSobolSequence, sobolBits } from '../../../src/search/samplers/sobol.ts';

describe('a Sobol sequence', () => {
  // Points 1, 5, 21, 43 and 63 of scipy.stats.qmc.Sobol 1.17.1 without scrambling, in dimensions 1,
  // 2, 3, 6, 21 and 64.
  it.each([
    [1, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]],
    [5, [0.625, 0.125, 0.875, 0.875, 0.375, 0.875]],
    [21, [0.65625, 0.65625, 0.03125, 0.15625, 0.03125, 0.15625]],
    [43, [0.828125, 0.484375, 0.546875, 0.828125, 0.671875, 0.671875]],
    [63, [0.984375, 0.328125, 0.015625, 0.484375, 0.140625, 0.015625]],
  ])('equals scipy without scrambling: point %i', (n, coordinates) => {
    expect([0, 1, 2, 5, 20, 63].map((dimension) => sobolBits(dimension, n) * 2 ** -32)).toEqual(coordinates);
  });

  it('has one of 64 points in each 64th of every dimension, scrambled or not', () => {
    const at = createSobolSequence(64, 7);
    const points = Array.from({ length: 64 }, (_, n) => at(n));
    for (let d = 0; d < 64; d++) expect(new Set(points.map((point) => Math.floor(point[d] * 64))).size).toBe(64);
  });

  it('differs for another seed', () => {
    expect(createSobolSequence(3, 1)(0)).not.toEqual(createSobolSequence(3, 2)(0));
  });
});
