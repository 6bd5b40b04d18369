import { define } from '../options.ts';
import type { Optimizer } from './optimizer.ts';

const DEFAULTS = { learningRate: 0.0001, beta1: 0.9, beta2: 0.99, weightDecay: 0 };

/** Steps by the sign of the smoothed gradient (Chen et al. 2023, algorithm 2). */
export const lion = define(
  DEFAULTS,
  ({ learningRate, beta1, beta2, weightDecay }): Optimizer => ({
    learningRate,
    stateMatrices: 1,
    update(kernels, { X, dX, state, count }, rate) {
      kernels.lion(X, dX, state, count, rate, beta1, beta2, weightDecay);
    },
  }),
);
