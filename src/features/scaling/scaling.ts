import { z } from 'zod';
import { fitKnots, quantileTransform } from './quantileTransform.ts';
import { mostCommon } from './sorted.ts';

export const SCALINGS = ['auto', 'standard', 'quantileNormal', 'range', 'none'] as const;
export type Scaling = (typeof SCALINGS)[number];

/** A column with fewer distinct values has no distribution to make normal. */
const FEW_DISTINCT = 12;
/** A value in at least this share of the rows is the common one. */
const MAJORITY = 0.5;
/**
 * A distance beyond this many times the median distance is a long tail, which would compress the
 * other values.
 */
const LONG_TAIL = 10;
/** Scaled numbers and times are clamped here, so that one extreme value does not dominate a row. */
const MAX_SCALED = 20;

/** Inputs are float32: larger values would become infinite. */
const MAX_INPUT = (2 - 2 ** -23) * 2 ** 127;

/** A scaling with its fitted numbers, as it is stored with the model. */
export const fittedScalingSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('standard'), mean: z.number(), deviation: z.number().positive() }),
  z.strictObject({ type: z.literal('range'), origin: z.number(), span: z.number().positive() }),
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('quantileNormal'), values: z.array(z.number()), scores: z.array(z.number()) }),
]);
export type FittedScaling = z.infer<typeof fittedScalingSchema>;

/** Fits a scaling to sorted finite values. At least two of them are distinct. */
export function fitScaling(sorted: Float64Array, scaling: Scaling): FittedScaling {
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

/** The function that scales one value. */
export function scaler(fitted: FittedScaling): (value: number) => number {
  switch (fitted.type) {
    case 'standard':
      return (value) => clampScaled((value - fitted.mean) / fitted.deviation);
    case 'range':
      return (value) => clampScaled((value - fitted.origin) / fitted.span);
    case 'quantileNormal':
      return (value) => quantileTransform(fitted, value);
    case 'none':
      return (value) => Math.max(-MAX_INPUT, Math.min(MAX_INPUT, value));
  }
}

/** Mean and standard deviation, without overflow. The deviation of equal values is 1. */
export function moments(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  const size = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const mean = values.reduce((sum, value) => sum + value / size, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value / size - mean) ** 2, 0) / values.length;
  return { mean: mean * size, deviation: Math.sqrt(variance) * size || 1 };
}

/**
 * `standard` for few distinct values. `range` when most rows have one value and no tail is long
 * (pixels, counts): rare
 * values stay small. `quantileNormal` otherwise: skew and outliers do not matter to it.
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

/**
 * The value of most rows, or else the minimum, becomes 0. The value farthest from it becomes 1 or
 * -1.
 */
function fitRange(sorted: Float64Array): FittedScaling {
  const { common, share } = mostCommon(sorted);
  const [min, max] = [sorted[0], sorted[sorted.length - 1]];
  const origin = share < MAJORITY ? min : common;
  return { type: 'range', origin, span: Math.min(Math.max(max - origin, origin - min), Number.MAX_VALUE) };
}

/** A scaled number or time, at most `MAX_SCALED` from 0. */
export function clampScaled(scaled: number): number {
  return Math.max(-MAX_SCALED, Math.min(MAX_SCALED, scaled));
}
