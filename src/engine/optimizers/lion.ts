import { define, numberOption } from '../options.ts';
import type { Optimizer } from './optimizer.ts';
import { LEARNING_RATE, MEAN_DECAY, SQUARE_DECAY, WEIGHT_DECAY } from './ranges.ts';

const OPTIONS = {
  learningRate: numberOption(0.0001, LEARNING_RATE),
  beta1: numberOption(0.9, MEAN_DECAY),
  beta2: numberOption(0.99, SQUARE_DECAY),
  weightDecay: numberOption(0, WEIGHT_DECAY),
};

/** Steps by the sign of the smoothed gradient (Chen et al. 2023, algorithm 2). */
export const lion = define(
  OPTIONS,
  ({ learningRate, beta1, beta2, weightDecay }): Optimizer => ({
    learningRate,
    weightDecay,
    stateMatrices: 1,
    update(kernels, { X, dX, state: [mean], count, weightDecay }, rate) {
      kernels.lion(X, dX, mean, count, rate, beta1, beta2, weightDecay);
    },
  }),
);
