import { type Kernels, NONE } from '../kernels/kernels.ts';

/** Offsets of the matrices of an iteration on X (n, k), with s = min(n, k). */
export interface NewtonSchulzMatrices {
  /** (n, k). */
  readonly X: number;
  /** (n, k). */
  readonly Y: number;
  /** (s, s). */
  readonly A: number;
  /** (s, s). */
  readonly B: number;
}

/**
 * Coefficients of the polynomial a σ + b σ³ + c σ⁵ that an iteration applies to each singular value
 * σ of X (Jordan et al. 2024). They make small singular values grow fastest, and bring all of them
 * near 1 rather than exactly to 1.
 */
const a = 3.4445;
const b = -4.775;
const c = 2.0315;

/**
 * Brings X (n, k), whose norm is at most 1, near the closest matrix with orthonormal rows or
 * columns. Returns the offset of the result, X or Y; overwrites all matrices.
 *
 *   A (s, s) = X Xᵀ, or Xᵀ X where that is smaller
 *   B (s, s) = b A + c A A
 *   X (n, k) = a X + B X, or a X + X B
 */
export function orthogonalize(
  kernels: Kernels,
  { A, B, ...both }: NewtonSchulzMatrices,
  n: number,
  k: number,
  iterations: number,
): number {
  const s = Math.min(n, k);
  let { X, Y } = both;
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (n <= k) kernels.gramOfUnits(A, X, k, n);
    else kernels.gramOfInputs(A, X, k, n);
    kernels.gramOfUnits(B, A, s, s);
    kernels.axpby(B, A, s * s, b, c);
    kernels.axpby(Y, X, n * k, a, 0);
    if (n <= k) kernels.affine(Y, B, X, NONE, k, n, n);
    else kernels.affine(Y, X, B, NONE, k, k, n);
    [X, Y] = [Y, X];
  }
  return X;
}

/** Multiply-adds of one iteration: a triangle of A and of A A, and the last product. */
export function multiplyAddsOfIteration(n: number, k: number): number {
  const [s, t] = [Math.min(n, k), Math.max(n, k)];
  const triangle = (s * (s + 1)) / 2;
  return triangle * t + triangle * s + s * s * t;
}
