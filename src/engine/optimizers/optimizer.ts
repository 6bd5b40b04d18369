import type { Kernels } from '../kernels/kernels.ts';

/** Offsets of an optimizer's matrices in the arena; each has `count` numbers. */
export interface OptimizerMatrices {
  /** All parameters. */
  readonly X: number;
  /** Their gradients, in the same order. */
  readonly dX: number;
  /** The first of the optimizer's own matrices; the others follow it. */
  readonly state: number;
  readonly count: number;
}

/**
 * Updates parameters by their gradients. All its state is in the arena: a copy of the arena is a
 * copy of it.
 */
export interface Optimizer {
  /** The rate that schedules start from. */
  readonly learningRate: number;
  /** How many matrices of the parameters' size its state has; they are 0 before the first step. */
  readonly stateMatrices: number;
  /** One step in place, with this step's rate; `step` counts from 1. */
  update(kernels: Kernels, matrices: OptimizerMatrices, rate: number, step: number): void;
}
