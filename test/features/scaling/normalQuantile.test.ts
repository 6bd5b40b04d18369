import { expect, it } from 'vitest';
import { normalQuantile } from '../../../src/features/scaling/normalQuantile.ts';

it.each([
  [0.5, 0],
  [0.841344746, 1],
  [0.975, 1.959963985],
  [0.001, -3.090232306],
  [0.9999999, 5.199337582],
])('knows the normal quantile of %d', (probability, quantile) => {
  expect(normalQuantile(probability)).toBeCloseTo(quantile, 4);
});
