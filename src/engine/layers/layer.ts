import type { Activation, Kernels } from '../kernels/kernels.ts';
import type { LayerMemory } from '../memory/layerMemory.ts';
import type { ParameterShape } from '../memory/parameters.ts';

/**
 * One link of the chain that a network is: A (inputs, m) in, A (outputs, m) out, for m rows.
 *
 * It declares its parameters and its cost, and plans its matrices once. Its passes are kernel calls
 * on the planned offsets: a step allocates nothing.
 */
export interface Layer {
  /** Numbers a row of the output. */
  readonly outputs: number;
  /** In the order in which they are allocated, initialized and read. */
  readonly parameters: readonly ParameterShape[];
  readonly cost: LayerCost;
  /** The fewest rows of a training step. */
  readonly minRows: number;
  plan(memory: LayerMemory, input: LayerInput): PlannedLayer;
}

/** What one row costs. */
export interface LayerCost {
  /** Multiply-adds of the forward pass, by weights. */
  readonly multiplyAdds: number;
  /** Those of them that threads can share: the matrix product's. */
  readonly sharedMultiplyAdds: number;
  /**
   * Numbers that a training step stores: outputs, and gradients where the layer has buffers for
   * them.
   */
  readonly activations: number;
}

/** A layer without weights costs no multiply-adds. */
export function elementwiseCost(outputs: number): LayerCost {
  return { multiplyAdds: 0, sharedMultiplyAdds: 0, activations: outputs };
}

/** What a layer reads. Offsets into the arena. */
export interface LayerInput {
  /** Output of the layer before it in a training pass, or the batch's X. */
  readonly X: number;
  /** Whether the layer may overwrite X. */
  readonly isOverwritable: boolean;
  /** Whether the backward pass needs the gradient by X. */
  readonly needsGradient: boolean;
  /**
   * In `indices`: the batch's codes (columns, m) of the one-hot inputs. Only the network's first
   * layer reads them.
   */
  readonly codesIndex: number;
}

/**
 * Names the dropout masks of a training step: each step and layer l has its own, and it can be made
 * again.
 */
export interface TrainingStep {
  readonly seed: number;
  /** Steps completed before this one. */
  readonly step: number;
}

/**
 * Computes the output of the m rows at A and returns its offset. `step` is null outside training.
 */
export type Forward = (kernels: Kernels, A: number, m: number, step: TrainingStep | null) => number;

/**
 * Computes the gradients of the parameters and returns the offset of the gradient by the input, or
 * NONE. dA is the gradient by the output; `scale` is the notes' 1/m, applied wherever a sum over
 * the rows is made. `step` is that of the forward pass: null outside training.
 */
export type Backward = (kernels: Kernels, dA: number, m: number, scale: number, step: TrainingStep | null) => number;

/** `inputGradient` of a layer that overwrites the gradient by its output. */
export const IN_PLACE = -2;

/** A layer with its place in the arena. */
export interface PlannedLayer {
  /** Output of a training pass (outputs, m). */
  readonly output: number;
  /** Whether the next layer may overwrite the output: not where the backward pass reads it. */
  readonly isOverwritable: boolean;
  /** The gradient by the input (inputs, m); IN_PLACE, or NONE where it is not computed. */
  readonly inputGradient: number;
  readonly forward: Forward;
  readonly backward: Backward;
  /** Writes what its passes read and never change into a new arena. */
  writeConstants?(kernels: Kernels): void;
  /** Computes what passes outside training read, from the present parameters. */
  prepareInference?(kernels: Kernels): void;
  /** Of an elementwise activation. */
  readonly activation?: PlannedActivation;
  /** Of a product: its passes with an activation's in the same kernel call. */
  readonly product?: FusableProduct;
}

/** What a product's kernel needs to apply an activation as well. Offsets. */
interface PlannedActivation {
  readonly activation: Activation;
  /** Whether there is nothing to compute: linear, in place. */
  readonly isIdentity: boolean;
  /** The activation's input; A itself where it was overwritten. */
  readonly Y: number;
  readonly A: number;
  /** As `inputGradient`. */
  readonly dY: number;
}

export interface FusableProduct {
  /** The forward pass and that of the activation after it. */
  forwardThrough(next: PlannedActivation): Forward;
  /** The backward pass and that of the activation before it. */
  backwardThrough(before: PlannedActivation): Backward;
}
