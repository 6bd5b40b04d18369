import type { Kernels } from '../kernels/kernels.ts';

/**
 * Neighbouring parameters with the same settings, which one call updates. Offsets of matrices in
 * the arena; each has `count` numbers.
 */
export interface OptimizerRegion {
  /** The parameters. */
  readonly X: number;
  /** Their gradients, in the same order. */
  readonly dX: number;
  /** Each of the optimizer's own matrices. */
  readonly state: readonly number[];
  readonly count: number;
  /** The factor of the step's rate. */
  readonly rateFactor: number;
  readonly weightDecay: number;
  /** Of a region that is one matrix, where the optimizer updates hidden W as such. */
  readonly matrix?: MatrixRegion;
}

/** A matrix (n, k). */
interface MatrixRegion {
  readonly n: number;
  readonly k: number;
  /** Offset of numbers that an update may use and that no other one reads. */
  readonly scratch: number;
}

/** How the hidden W are updated: W of every layer but the last, each as a region of its own. */
export interface HiddenWeights {
  /** The weight decay of those in no group. */
  readonly weightDecay: number;
  /** How many of the optimizer's state matrices have numbers for the hidden W: the first ones. */
  readonly stateMatrices: number;
  /** The rate of all other parameters, as a factor of the optimizer's. */
  readonly restRateFactor: number;
  /** How many numbers of scratch memory the update of a matrix (n, k) uses. */
  scratchNumbers(n: number, k: number): number;
  /** Multiply-adds of the update of a matrix (n, k), and those of the largest of its products. */
  multiplyAdds(n: number, k: number): number;
  largestProduct(n: number, k: number): number;
}

/**
 * Updates parameters by their gradients. All its state is in the arena: a copy of the arena is a
 * copy of it.
 */
export interface Optimizer {
  /** The rate that schedules start from. */
  readonly learningRate: number;
  /** The weight decay of parameters that are in no group. */
  readonly weightDecay: number;
  /** Absent where it updates hidden W as all other parameters. */
  readonly hiddenWeights?: HiddenWeights;
  /** How many matrices of the parameters' size its state has; they are 0 before the first step. */
  readonly stateMatrices: number;
  /** One step in place, with this step's rate for the region; `step` counts from 1. */
  update(kernels: Kernels, region: OptimizerRegion, rate: number, step: number): void;
}
