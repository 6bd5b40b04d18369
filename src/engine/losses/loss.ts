import type { Kernels } from '../kernels/kernels.ts';

/** Where the matrices that a loss reads and writes lie in the arena; n outputs a row, at most the planned rows m. */
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

/** What the training minimizes. Every sum is over rows: the mean is the sum divided by `totalWeight`. */
export interface Loss {
  /** Weights of the classes, when there are any. */
  readonly classWeights: readonly number[] | null;
  /** Target numbers a row of n outputs has. */
  targetColumns(n: number): number;
  /**
   * What a target becomes on its way into the arena: label smoothing of yes-or-no targets happens here.
   * Throws RangeError when no such target can be had with n outputs.
   */
  target(t: number, n: number): number;
  /** The weighted sum of the m rows' losses, without gradient. */
  sum(kernels: Kernels, matrices: LossMatrices, m: number): number;
  /** The same sum, and dA := its gradient by the outputs. */
  sumWithGradient(kernels: Kernels, matrices: LossMatrices, m: number): number;
  /** What the m rows weigh together. */
  totalWeight(kernels: Kernels, matrices: LossMatrices, m: number): number;
  /** A := predictions, in the target's own terms (rates, probabilities), from the outputs A (n, m). */
  predict(kernels: Kernels, A: number, m: number, n: number): void;
}
