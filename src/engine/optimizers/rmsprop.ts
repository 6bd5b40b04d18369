import { NONE } from '../kernels/kernels.ts';
import { define, numberOption } from '../options.ts';
import type { Optimizer } from './optimizer.ts';
import { EPSILON, LEARNING_RATE, MOMENTUM, SQUARE_DECAY, WEIGHT_DECAY } from './ranges.ts';

const OPTIONS = {
  learningRate: numberOption(0.01, LEARNING_RATE),
  alpha: numberOption(0.99, SQUARE_DECAY),
  epsilon: numberOption(1e-8, EPSILON),
  momentum: numberOption(0, MOMENTUM),
  weightDecay: numberOption(0, WEIGHT_DECAY),
};

/** Divides gradients by the root of their mean square (Hinton 2012): torch.optim.RMSprop. */
export const rmsprop = define(OPTIONS, ({ learningRate, alpha, epsilon, momentum, weightDecay }): Optimizer => {
  const withVelocity = momentum !== 0;
  return {
    learningRate,
    weightDecay,
    stateMatrices: withVelocity ? 2 : 1,
    update(kernels, { X, dX, state: [square, velocity = NONE], count, weightDecay }, rate) {
      kernels.rmsprop(X, dX, square, velocity, count, rate, alpha, momentum, epsilon, weightDecay);
    },
  };
});
