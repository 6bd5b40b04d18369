import { describe, expect, it } from 'vitest';
import { logImprovement, normalShareBelow } from '../../../src/search/samplers/normal.ts';

describe('the standard normal distribution', () => {
  // mpmath's ncdf, 60 digits.
  it.each([
    [-8, 6.2209605742718e-16],
    [-3.0001, 0.0013494549132607],
    [-1, 0.15865525393146],
    [0, 0.5],
    [2.5, 0.99379033467422],
  ])('has the cumulative probability of mpmath at %d', (z, share) => {
    expect(normalShareBelow(z) / share).toBeCloseTo(1, 9);
  });

  // log(φ(z) + z Φ(z)) and its derivative Φ(z) / (φ(z) + z Φ(z)), by mpmath.
  it.each([
    [2, 0.69738354578823, 0.48655931878528],
    [-2.9, -7.5208464928879, 3.4445327294133],
    [-3.1, -8.2273293935727, 3.6206042621432],
    [-30, -457.7246537606, 30.066446154162],
  ])('has a finite log improvement and slope at z = %d', (z, log, slope) => {
    expect(logImprovement(z).log).toBeCloseTo(log, 7);
    expect(logImprovement(z).slope).toBeCloseTo(slope, 6);
  });
});
