import { define, numberOption } from '../options.ts';
import type { Optimizer } from './optimizer.ts';
import { EPSILON, LEARNING_RATE, WEIGHT_DECAY } from './ranges.ts';

const OPTIONS = {
  learningRate: numberOption(0.01, LEARNING_RATE),
  learningRateDecay: numberOption(0, { min: 0, max: 1e6, description: 'How fast the rate falls with the steps.' }),
  epsilon: numberOption(1e-10, EPSILON),
  weightDecay: numberOption(0, WEIGHT_DECAY),
};

/**
 * Divides gradients by the root of the sum of all their squares (Duchi et al. 2011):
 * torch.optim.Adagrad.
 */
export const adagrad = define(
  OPTIONS,
  ({ learningRate, learningRateDecay, epsilon, weightDecay }): Optimizer => ({
    learningRate,
    weightDecay,
    stateMatrices: 1,
    update(kernels, { X, dX, state: [sum], count, weightDecay }, rate, step) {
      const decayedRate = rate / (1 + (step - 1) * learningRateDecay);
      kernels.adagrad(X, dX, sum, count, decayedRate, epsilon, weightDecay);
    },
  }),
);
