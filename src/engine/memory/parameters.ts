import { NONE } from '../kernels/kernels.ts';
import { type Numbers, readMatrix, writeMatrix } from '../matrix.ts';
import type { Generator } from '../random.ts';
import type { Allocator } from './allocator.ts';

/**
 * The kinds of parameters that the optimizer updates, in their order in the arena: parameters of
 * one kind are neighbours, so that one kernel call can update them all.
 */
export const LEARNED_KINDS = ['weight', 'bias', 'normalization', 'embedding'] as const;
type LearnedKind = (typeof LEARNED_KINDS)[number];

/** A parameter as its layer declares it. */
export interface ParameterShape {
  /** The notes' name, for example `W`. Unique within layer l. */
  readonly name: string;
  /** Any rank. In memory the first axis varies fastest, and the others are in row-major order. */
  readonly shape: readonly number[];
  /** Whether all axes are in row-major order in memory. Default: false. */
  readonly isRowMajor?: boolean;
  /** The training's forward passes update a `statistic`, the optimizer all other kinds. */
  readonly kind: LearnedKind | 'statistic';
  /** Draws the first value of one element. */
  initial(generator: Generator): number;
}

/** A parameter of layer l and its place in the arena. */
export interface ParameterSlot extends ParameterShape {
  /** l, from 1; 0: the embedding. */
  readonly layer: number;
  /** How many numbers it has. */
  readonly count: number;
  readonly offset: number;
  /** Offset of its gradient; NONE for statistics, and in a network that only predicts. */
  readonly gradient: number;
}

/**
 * A copy of a parameter in the notes' shape and row-major order: W of layer l is (n[l], n[l-1]).
 */
export interface Parameter {
  /** l, from 1; 0: the embedding. */
  readonly layer: number;
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Numbers;
}

export function countElements(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Whether the optimizer updates the parameter. */
export function isLearned({ kind }: Pick<ParameterShape, 'kind'>): boolean {
  return kind !== 'statistic';
}

/** The name of a parameter in its network: `W1` is W of layer 1. */
export function nameInNetwork({ name, layer }: Pick<ParameterSlot, 'name' | 'layer'>): string {
  return `${name}${layer}`;
}

/**
 * Allocates the parameters of these kinds, or their gradients, kind by kind, and returns the
 * offsets. Gradients have the order of their parameters.
 */
export function allocateParameters<Shape extends ParameterShape>(
  { allocate }: Allocator,
  shapes: readonly Shape[],
  kinds: readonly ParameterShape['kind'][],
): ReadonlyMap<Shape, number> {
  const ordered = kinds.flatMap((kind) => shapes.filter((shape) => shape.kind === kind));
  return new Map(ordered.map((shape) => [shape, allocate(countElements(shape.shape))]));
}

/** Draws the first value of every parameter, in the order of the slots. */
export function initializeParameters(values: Numbers, slots: readonly ParameterSlot[], generator: Generator): void {
  for (const { offset, count, initial } of slots) {
    for (let e = offset; e < offset + count; e++) values[e] = initial(generator);
  }
}

/** Copies every parameter, layer by layer, statistics included. */
export function readParameters(values: Numbers, slots: readonly ParameterSlot[]): readonly Parameter[] {
  return slots.map((slot) => readSlot(values, slot, slot.offset));
}

/** Copies the gradient of every learned parameter, under the parameter's name. */
export function readGradients(values: Numbers, slots: readonly ParameterSlot[]): readonly Parameter[] {
  return slots.filter(({ gradient }) => gradient !== NONE).map((slot) => readSlot(values, slot, slot.gradient));
}

/**
 * Overwrites the parameters given; the others stay as they are.
 * Throws RangeError on a parameter that the network does not have, or of another shape.
 */
export function writeParameters(
  values: Numbers,
  slots: readonly ParameterSlot[],
  parameters: readonly Parameter[],
): void {
  for (const parameter of parameters) {
    const slot = slots.find(({ layer, name }) => layer === parameter.layer && name === parameter.name);
    if (slot === undefined) throw new RangeError(`Layer ${parameter.layer} has no parameter ${parameter.name}.`);
    checkShape(slot, parameter);
    writeMatrix(values, slot.offset, { shape: asMatrix(slot), values: parameter.values });
  }
}

function checkShape(slot: ParameterSlot, { shape, values }: Parameter): void {
  if (String(shape) === String(slot.shape) && values.length === slot.count) return;
  const expected = `(${slot.shape.join(', ')})`;
  throw new RangeError(`Expected ${slot.name} of layer ${slot.layer} as ${expected}, got (${shape.join(', ')}).`);
}

function readSlot(values: Numbers, slot: ParameterSlot, offset: number): Parameter {
  const { layer, name, shape } = slot;
  const [n, m] = asMatrix(slot);
  return { layer, name, shape, values: readMatrix(values, offset, n, m).values };
}

/**
 * The matrix with the same elements in the same order: (first axis, all others), or all elements as
 * one row.
 */
function asMatrix({ shape, isRowMajor = false }: ParameterShape): readonly [number, number] {
  const [first = 1, ...others] = shape;
  return isRowMajor ? [1, countElements(shape)] : [first, countElements(others)];
}
