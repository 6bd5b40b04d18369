/**
 * Muon (Jordan et al. 2024): each hidden W steps by its orthogonalized momentum, all other
 * parameters by AdamW.
 *
 * For W (n, k) with the gradient dW:
 *   M = M + (1 - momentum) (dW - M)
 *   U = dW + momentum (M - dW)
 *   X = U / |U|, the Frobenius norm; 0 where U = 0
 *   X = near the closest orthogonal matrix, by iterations of Newton and Schulz
 *   W = (1 - rate weightDecay) W - rate sqrt(max(1, n / k)) X
 */
import { define, nestedOption, numberOption } from '../options.ts';
import { ADAM_OPTIONS, adamOptimizer } from './adam.ts';
import { multiplyAddsOfIteration, type NewtonSchulzMatrices, orthogonalize } from './newtonSchulz.ts';
import type { Optimizer } from './optimizer.ts';
import { LEARNING_RATE, MEAN_DECAY, WEIGHT_DECAY } from './ranges.ts';

/** AdamW for all other parameters. */
const REST = define(
  {
    ...ADAM_OPTIONS,
    learningRate: numberOption(0.0015, LEARNING_RATE),
    weightDecay: numberOption(0.03, WEIGHT_DECAY),
  },
  (options) => adamOptimizer(options, true),
);

const OPTIONS = {
  learningRate: numberOption(0.01, LEARNING_RATE),
  momentum: numberOption(0.95, MEAN_DECAY),
  iterations: numberOption(5, {
    min: 1,
    max: 20,
    integer: true,
    description: 'Iterations that orthogonalize a step.',
  }),
  weightDecay: numberOption(0.03, WEIGHT_DECAY),
  rest: nestedOption(
    'adamw',
    REST,
    'How all parameters are updated except W of the hidden layers. Schedules scale both rates.',
  ),
};

export const muon = define(OPTIONS, ({ learningRate, momentum, iterations, weightDecay, rest }): Optimizer => {
  const adamw = REST.create(rest);
  return {
    ...adamw,
    learningRate,
    hiddenWeights: {
      weightDecay,
      stateMatrices: 1,
      restRateFactor: adamw.learningRate / learningRate,
      scratchNumbers: (n, k) => 2 * n * k + 2 * Math.min(n, k) ** 2,
      multiplyAdds: (n, k) => iterations * multiplyAddsOfIteration(n, k),
      largestProduct: (n, k) => Math.min(n, k) * n * k,
    },
    update(kernels, region, rate, step) {
      if (region.matrix === undefined) return adamw.update(kernels, region, rate, step);
      const { X: W, dX: dW, state, matrix, weightDecay } = region;
      const { n, k, scratch } = matrix;
      const [M] = state;
      const matrices = scratchMatrices(scratch, n, k);
      kernels.nesterov(matrices.X, M, dW, n * k, momentum);
      kernels.divideByNorm(matrices.X, n * k);
      const X = orthogonalize(kernels, matrices, n, k, iterations);
      kernels.axpby(W, X, n * k, -rate * Math.sqrt(Math.max(1, n / k)), 1 - rate * weightDecay);
    },
  };
});

function scratchMatrices(scratch: number, n: number, k: number): NewtonSchulzMatrices {
  const Y = scratch + n * k;
  const A = Y + n * k;
  return { X: scratch, Y, A, B: A + Math.min(n, k) ** 2 };
}
