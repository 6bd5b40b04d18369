import type { Kernels } from '../kernels/kernels.ts';
import { type Definition, define, type Options, type ValuesOf } from '../options.ts';
import type { Link } from './links.ts';

/** What a network predicts: one of two classes, one of many, or a number. */
export const TASKS = ['binary', 'multiclass', 'regression'] as const;
type Task = (typeof TASKS)[number];

/** Offsets of a loss's matrices in the arena: n outputs a row, m rows. */
export interface LossMatrices {
  /** Outputs of the last layer (n, m). */
  readonly A: number;
  /** Their gradient (n, m). */
  readonly dA: number;
  /** Targets: `targetColumns` numbers a row. */
  readonly T: number;
  /** (m) or NONE. */
  readonly rowWeights: number;
  /** (n) or NONE. */
  readonly classWeights: number;
  readonly n: number;
}

/** What a training minimizes. Sums are over rows: the mean is the sum divided by `totalWeight`. */
export interface Loss {
  /** One weight a class; null: each weighs 1. */
  readonly classWeights: readonly number[] | null;
  /** Target numbers of a row with n outputs. */
  targetColumns(n: number): number;
  /**
   * The number in the arena for a target t, such as a smoothed label.
   * Throws RangeError when n outputs cannot have this target.
   */
  target(t: number, n: number): number;
  /** The weighted sum of the losses of m rows. */
  sum(kernels: Kernels, matrices: LossMatrices, m: number): number;
  /** The same sum, and dA := its gradient by the outputs. */
  sumWithGradient(kernels: Kernels, matrices: LossMatrices, m: number): number;
  /** The sum of the weights of m rows. */
  totalWeight(kernels: Kernels, matrices: LossMatrices, m: number): number;
  /** A := the predictions for the outputs A (n, m): numbers, rates or probabilities. */
  predict(kernels: Kernels, A: number, m: number, n: number): void;
}

/** What callers need to know of a loss, whatever its options. */
export interface LossTraits {
  readonly tasks: readonly Task[];
  readonly link: Link;
  /** The smallest target of a regression; null: no limit. */
  readonly minTarget: number | null;
  /** Outputs of a network for a target with this number of classes, 1 for a number. */
  outputs(classes: number): number;
}

/** One row of the table of losses. */
export type LossDefinition<Values extends object> = Definition<Values, Loss> & LossTraits;

/**
 * A row of the table of losses. `build` may throw RangeError for values that do not go together.
 */
export function defineLoss<Given extends Options>(
  traits: LossTraits,
  options: Given,
  build: (values: ValuesOf<Given>) => Loss,
): LossDefinition<ValuesOf<Given>> {
  return { ...traits, ...define(options, build) };
}
