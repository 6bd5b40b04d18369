import { describe, expect, it } from 'vitest';
import { fitScaling, moments, scaler } from '../../../src/features/scaling/scaling.ts';

const ascending = (count: number, value: (i: number) => number) =>
  Float64Array.from({ length: count }, (_, i) => value(i)).sort();

describe('scaling', () => {
  it('standardizes to zero mean and unit deviation', () => {
    const scale = scaler(fitScaling(Float64Array.of(1, 2, 3, 4, 5), 'standard'));
    expect(scale(3)).toBe(0);
    expect(scale(5)).toBeCloseTo(Math.SQRT2, 12);
  });

  it('turns ranks into a normal distribution for any skew', () => {
    const scale = scaler(
      fitScaling(
        ascending(1000, (i) => Math.exp(i / 20)),
        'quantileNormal',
      ),
    );
    expect(scale(Math.exp(499.5 / 20))).toBeCloseTo(0, 2);
    expect(scale(Math.exp(841 / 20))).toBeCloseTo(1, 1);
  });

  it('clamps values outside the training range to the outermost scores', () => {
    const sorted = ascending(1000, (i) => i);
    const scale = scaler(fitScaling(sorted, 'quantileNormal'));
    expect(scale(1e300)).toBe(scale(999));
    expect(scale(-1e300)).toBe(scale(0));
  });

  it('puts the value of most rows at 0 and the farthest at 1', () => {
    const scale = scaler(
      fitScaling(
        ascending(100, (i) => (i < 80 ? 0 : i)),
        'range',
      ),
    );
    expect(scale(0)).toBe(0);
    expect(scale(99)).toBe(1);
  });

  it.each([
    ['a handful of distinct values', ascending(100, (i) => i % 5), 'standard'],
    ['a continuous column', ascending(100, (i) => i ** 3), 'quantileNormal'],
    ['pixels: mostly one value, no long tail', ascending(100, (i) => Math.max(0, i - 60)), 'range'],
    ['mostly one value with a long tail', ascending(100, (i) => (i < 90 ? 0 : 10 ** (i - 90))), 'quantileNormal'],
  ])('chooses by itself for %s', (_what, sorted, type) => {
    expect(fitScaling(sorted, 'auto').type).toBe(type);
  });

  it('does not change numbers up to the largest float32', () => {
    const fitted = fitScaling(Float64Array.of(-3, 0.1, 1e6), 'none');
    expect(fitted).toEqual({ type: 'none' });
    const scale = scaler(fitted);
    expect([-3, 0.1, 1e6, -0].map(scale)).toEqual([-3, 0.1, 1e6, -0]);
    expect(Math.fround(scale(1e300))).toBe(3.4028234663852886e38);
    expect(Math.fround(scale(-1e300))).toBe(-3.4028234663852886e38);
  });

  it('keeps mean and deviation of huge values finite', () => {
    const { mean, deviation } = moments(Float64Array.of(-1e308, 1e308));
    expect(mean).toBe(0);
    expect(deviation).toBe(1e308);
  });

  it('never divides by a zero deviation', () => {
    expect(moments(Float64Array.of(7, 7, 7))).toEqual({ mean: 7, deviation: 1 });
  });
});
