import { expect, it } from 'vitest';
import { fitEdges } from '../../../src/features/scaling/bins.ts';

it('gives the most common value one edge and divides the others by quantiles', () => {
  const sorted = Float64Array.from({ length: 100 }, (_, i) => Math.max(0, i - 90));
  expect(fitEdges(sorted, 3)).toEqual([0, 1, 4, 6, 9]);
});

it('has no bins for two distinct values', () => {
  expect(fitEdges(Float64Array.of(0, 0, 1, 1), 8)).toEqual([]);
});
