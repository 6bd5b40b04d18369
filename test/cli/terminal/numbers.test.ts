import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCompact,
  formatCount,
  formatMeasure,
  formatPercent,
  formatSeconds,
} from '../../../src/cli/terminal/numbers.ts';

describe('numbers in a terminal', () => {
  it.each([
    [0, '0.0000'],
    [0.291, '0.2910'],
    [0.00012345, '0.0001'],
    [0.000031, '3.100e-5'],
    [1.5, '1.500'],
    [12.3456, '12.35'],
    [-345.67, '-345.7'],
    [32480.4, '32,480'],
    [2e12, '2.000e+12'],
    [Number.NaN, 'NaN'],
  ])('writes the measure %f as %s', (value, text) => expect(formatMeasure(value)).toBe(text));

  it.each([
    [0.2, '1 s'],
    [59, '59 s'],
    [83, '1 min 23 s'],
    [7300, '2 h 1 min'],
  ])('writes %f seconds as %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

  it('groups thousands, and shortens numbers if there is little room', () => {
    expect(formatCount(48842)).toBe('48,842');
    expect(formatCompact(910_000)).toBe('910k');
    expect(formatCompact(1_234_567)).toBe('1.2M');
    expect(formatPercent(0.8126)).toBe('81.3 %');
  });

  it('writes bytes in powers of 1000', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(154_111)).toBe('154 kB');
    expect(formatBytes(5_326_368)).toBe('5.33 MB');
  });
});
