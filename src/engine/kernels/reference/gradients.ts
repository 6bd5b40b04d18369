import type { Kernels } from '../kernels.ts';

type Gradients = Pick<Kernels, 'sumOfSquares' | 'scale' | 'divideByNorm' | 'axpby' | 'addPenaltyGradient'>;

/** Operations on gradients between the backward pass and the parameters. */
export function gradients(values: Float64Array): Gradients {
  function sumOfSquares(X: number, count: number): number {
    let sum = 0;
    for (let e = 0; e < count; e++) sum += values[X + e] ** 2;
    return sum;
  }

  return {
    sumOfSquares,

    divideByNorm(X, count) {
      const norm = Math.sqrt(sumOfSquares(X, count));
      if (norm === 0) return;
      for (let e = 0; e < count; e++) values[X + e] /= norm;
    },

    axpby(Y, X, count, alpha, beta) {
      for (let e = 0; e < count; e++) {
        const rest = beta === 0 ? 0 : beta * values[Y + e];
        values[Y + e] = alpha * values[X + e] + rest;
      }
    },

    scale(X, count, factor) {
      for (let e = 0; e < count; e++) values[X + e] *= factor;
    },

    addPenaltyGradient(dW, W, count, l1, l2) {
      for (let e = 0; e < count; e++) values[dW + e] += l1 * Math.sign(values[W + e]) + l2 * values[W + e];
    },
  };
}
