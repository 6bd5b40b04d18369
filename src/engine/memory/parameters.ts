import { NONE } from '../kernels/kernels.ts';
import type { LayerPlan } from '../layers/layerPlan.ts';
import { type Matrix, type Numbers, readMatrix, writeMatrix } from '../matrix.ts';
import type { Plan } from '../network/plan.ts';

/** `mean` and `var` are batch normalization's running statistics. */
export type ParameterName = 'W' | 'b' | 'gamma' | 'beta' | 'mean' | 'var';

/** A parameter in the notes' shape: W of layer l is (n[l], n[l-1]), all others (n[l], 1). */
export interface Parameter extends Matrix {
  /** l, from 1. */
  readonly layer: number;
  readonly name: ParameterName;
}

interface ParameterSlot {
  readonly layer: number;
  readonly name: ParameterName;
  readonly offset: number;
  readonly n: number;
  readonly k: number;
}

/** Every parameter, layer by layer, running statistics included. */
export function readParameters(values: Numbers, plan: Plan): readonly Parameter[] {
  return readSlots(values, plan, parameterSlots);
}

/** The gradients of the parameters, under the parameters' names. */
export function readGradients(values: Numbers, plan: Plan): readonly Parameter[] {
  return readSlots(values, plan, gradientSlots);
}

/** Puts parameters in; those not named stay. Throws RangeError on one that the network lacks, or of another shape. */
export function writeParameters(values: Numbers, { layers }: Plan, parameters: readonly Parameter[]): void {
  const slots = layers.flatMap((layer, index) => parameterSlots(layer, index + 1));
  for (const parameter of parameters) {
    const slot = slots.find(({ layer, name }) => layer === parameter.layer && name === parameter.name);
    if (slot === undefined) throw new RangeError(`layer ${parameter.layer} has no parameter ${parameter.name}`);
    checkShape(slot, parameter);
    writeMatrix(values, slot.offset, parameter);
  }
}

function checkShape({ layer, name, n, k }: ParameterSlot, { shape, values }: Parameter): void {
  if (shape[0] === n && shape[1] === k && values.length === n * k) return;
  throw new RangeError(`${name} of layer ${layer} is (${n}, ${k}), not (${shape.join(', ')})`);
}

function readSlots(
  values: Numbers,
  { layers }: Plan,
  slotsOf: (layer: LayerPlan, l: number) => readonly ParameterSlot[],
): readonly Parameter[] {
  return layers
    .flatMap((layer, index) => slotsOf(layer, index + 1))
    .map(({ layer, name, offset, n, k }) => ({ layer, name, ...readMatrix(values, offset, n, k) }));
}

function parameterSlots(
  { W, b, gamma, beta, runningMean, runningVariance, n, k }: LayerPlan,
  layer: number,
): ParameterSlot[] {
  return [
    { layer, name: 'W' as const, offset: W, n, k },
    { layer, name: 'b' as const, offset: b, n, k: 1 },
    { layer, name: 'gamma' as const, offset: gamma, n, k: 1 },
    { layer, name: 'beta' as const, offset: beta, n, k: 1 },
    { layer, name: 'mean' as const, offset: runningMean, n, k: 1 },
    { layer, name: 'var' as const, offset: runningVariance, n, k: 1 },
  ].filter(({ offset }) => offset !== NONE);
}

function gradientSlots({ dW, db, dgamma, dbeta, n, k }: LayerPlan, layer: number): ParameterSlot[] {
  return [
    { layer, name: 'W' as const, offset: dW, n, k },
    { layer, name: 'b' as const, offset: db, n, k: 1 },
    { layer, name: 'gamma' as const, offset: dgamma, n, k: 1 },
    { layer, name: 'beta' as const, offset: dbeta, n, k: 1 },
  ].filter(({ offset }) => offset !== NONE);
}
