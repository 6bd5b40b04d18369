import { z } from 'zod';
import type { FeaturesOptions } from '../schemas.ts';
import { fitKnots, quantileTransform } from './quantileTransform.ts';
import { mostCommon } from './sorted.ts';

/** A column with fewer distinct values has no distribution to make normal. */
const FEW_DISTINCT = 12;
/** A value that so many of the rows share is what is usual. */
const MAJORITY = 0.5;
/** A farthest value beyond this many times the typical one is a long tail, which would press the other values together. */
const LONG_TAIL = 10;
/** Scaled numbers stop here: one absurd value must not drown a row. */
const MAX_SCALED = 20;

/** Inputs are float32: what is larger would become infinite. */
const MAX_INPUT = (2 - 2 ** -23) * 2 ** 127;

/** A scaling with the numbers that were fitted, as it is kept with the model. */
export const fittedScalingSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('standard'), mean: z.number(), deviation: z.number().positive() }),
  z.strictObject({ type: z.literal('range'), origin: z.number(), span: z.number().positive() }),
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('quantileNormal'), values: z.array(z.number()), scores: z.array(z.number()) }),
]);
export type FittedScaling = z.infer<typeof fittedScalingSchema>;

/** Fits a scaling to sorted finite values, at least two of them distinct. */
export function fitScaling(sorted: Float64Array, scaling: FeaturesOptions['scaling']): FittedScaling {
  switch (scaling === 'auto' ? chooseScaling(sorted) : scaling) {
    case 'standard':
      return { type: 'standard', ...moments(sorted) };
    case 'range':
      return fitRange(sorted);
    case 'quantileNormal':
      return { type: 'quantileNormal', ...fitKnots(sorted) };
    case 'none':
      return { type: 'none' };
  }
}

/** The scaled number of a value, as a function of the value alone. */
export function scaler(fitted: FittedScaling): (value: number) => number {
  switch (fitted.type) {
    case 'standard':
      return (value) => clamp((value - fitted.mean) / fitted.deviation);
    case 'range':
      return (value) => clamp((value - fitted.origin) / fitted.span);
    case 'quantileNormal':
      return (value) => quantileTransform(fitted, value);
    case 'none':
      return (value) => Math.max(-MAX_INPUT, Math.min(MAX_INPUT, value));
  }
}

/** Mean and standard deviation, safe from overflow; the deviation of equal values is 1. */
export function moments(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  const size = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const mean = values.reduce((sum, value) => sum + value / size, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value / size - mean) ** 2, 0) / values.length;
  return { mean: mean * size, deviation: Math.sqrt(variance) * size || 1 };
}

/**
 * Few distinct values: standard. Most rows the same value and no long tail (pixels, counts): range, which keeps rare values small.
 * Everything else: quantileNormal, which neither skew nor outliers can hurt.
 */
function chooseScaling(sorted: Float64Array): 'standard' | 'range' | 'quantileNormal' {
  const { common, share, distinct } = mostCommon(sorted);
  if (share < MAJORITY) return distinct < FEW_DISTINCT ? 'standard' : 'quantileNormal';
  const distances = sorted
    .map((value) => Math.abs(value - common))
    .filter((distance) => distance > 0)
    .sort();
  const typical = distances[distances.length >> 1];
  return distances[distances.length - 1] < LONG_TAIL * typical ? 'range' : 'quantileNormal';
}

/** The value of most rows, else the minimum, becomes 0; the value farthest from it 1 or -1. */
function fitRange(sorted: Float64Array): FittedScaling {
  const { common, share } = mostCommon(sorted);
  const [min, max] = [sorted[0], sorted[sorted.length - 1]];
  const origin = share < MAJORITY ? min : common;
  return { type: 'range', origin, span: Math.min(Math.max(max - origin, origin - min), Number.MAX_VALUE) };
}

function clamp(scaled: number): number {
  return Math.max(-MAX_SCALED, Math.min(MAX_SCALED, scaled));
}
