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
  /** How many matrices of the parameters' size its state has; they are 0 before the first step. */
  readonly stateMatrices: number;
  /** One step in place, with this step's rate for the region; `step` counts from 1. */
  update(kernels: Kernels, region: OptimizerRegion, rate: number, step: number): void;
}
