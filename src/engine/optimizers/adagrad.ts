import { define } from '../options.ts';
import type { Optimizer } from './optimizer.ts';

const DEFAULTS = { learningRate: 0.01, learningRateDecay: 0, epsilon: 1e-10, weightDecay: 0 };

/** Gradients divided by the root of the sum of all their squares (Duchi et al. 2011), as torch.optim.Adagrad. */
export const adagrad = define(
  DEFAULTS,
  ({ learningRate, learningRateDecay, epsilon, weightDecay }): Optimizer => ({
    learningRate,
    stateMatrices: 1,
    update(kernels, { X, dX, state, count }, rate, step) {
      const decayedRate = rate / (1 + (step - 1) * learningRateDecay);
      kernels.adagrad(X, dX, state, count, decayedRate, epsilon, weightDecay);
    },
  }),
);
