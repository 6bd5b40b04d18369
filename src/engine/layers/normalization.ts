import type { Kernels } from '../kernels/kernels.ts';

/** Added to a variance before its root, as PyTorch does. */
export const EPSILON = 1e-5;

/** Where a normalized layer's matrices lie in the arena; n units. */
export interface NormalizationMatrices {
  readonly n: number;
  /** (n, m), in and out. */
  readonly Z: number;
  readonly Y: number;
  readonly dZ: number;
  /** Learned, (n, 1), and their gradients. */
  readonly gamma: number;
  readonly beta: number;
  readonly dgamma: number;
  readonly dbeta: number;
  /** Kept for the way back. */
  readonly mean: number;
  readonly inverseDeviation: number;
  /** (n, 1), or NONE without running statistics. */
  readonly runningMean: number;
  readonly runningVariance: number;
}

/** What stands between a layer's Z and its activation: Y from Z, with gamma and beta to learn. */
export interface Normalization {
  /** Whether running statistics of the units are kept beside the parameters. */
  readonly tracksRunningStats: boolean;
  /** Whether Y is the same whatever b is: then db is 0, and only rounding errors could be computed for it. */
  readonly cancelsBias: boolean;
  /** The fewest rows that it can be trained on. */
  readonly minRows: number;
  /** How many means it keeps for the way back, for n units and m rows. */
  statistics(n: number, m: number): number;
  /** Y from Z while training. */
  train(kernels: Kernels, matrices: NormalizationMatrices, m: number): void;
  /** Y from Z outside training. */
  infer(kernels: Kernels, matrices: NormalizationMatrices, m: number): void;
  /** dZ, in place of dY; dgamma and dbeta times `scale`. */
  backward(kernels: Kernels, matrices: NormalizationMatrices, m: number, scale: number): void;
}
