import type { Kernels } from '../kernels.ts';

/** Operations on gradients between the backward pass and the optimizer. */
export function gradients(values: Float64Array): Pick<Kernels, 'sumOfSquares' | 'scale' | 'addPenaltyGradient'> {
  return {
    sumOfSquares(X, count) {
      let sum = 0;
      for (let e = 0; e < count; e++) sum += values[X + e] ** 2;
      return sum;
    },

    scale(X, count, factor) {
      for (let e = 0; e < count; e++) values[X + e] *= factor;
    },

    addPenaltyGradient(dW, W, count, l1, l2) {
      for (let e = 0; e < count; e++) values[dW + e] += l1 * Math.sign(values[W + e]) + l2 * values[W + e];
    },
  };
}
