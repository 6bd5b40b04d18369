import type { Kernels } from '../kernels/kernels.ts';

/** Where an optimizer's matrices lie in the arena, each `count` numbers. */
export interface OptimizerMatrices {
  /** All parameters. */
  readonly X: number;
  /** Their gradients, in the same order. */
  readonly dX: number;
  /** The first matrix that the optimizer keeps from step to step; the others follow it. */
  readonly state: number;
  readonly count: number;
}

/** Turns gradients into parameters. All its memory lies in the arena: a snapshot of that is a snapshot of the optimizer. */
export interface Optimizer {
  /** The rate that schedules start from. */
  readonly learningRate: number;
  /** How many matrices of the parameters' size it keeps, zero before the first step. */
  readonly stateMatrices: number;
  /** One step in place, with this step's rate; `step` counts from 1. */
  update(kernels: Kernels, matrices: OptimizerMatrices, rate: number, step: number): void;
}
