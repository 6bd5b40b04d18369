import { NONE } from '../kernels/kernels.ts';
import { define } from '../options.ts';
import type { Optimizer } from './optimizer.ts';

const DEFAULTS = { learningRate: 0.01, alpha: 0.99, epsilon: 1e-8, momentum: 0, weightDecay: 0 };

/** Gradients divided by the root of their mean square (Hinton 2012), as torch.optim.RMSprop. */
export const rmsprop = define(DEFAULTS, ({ learningRate, alpha, epsilon, momentum, weightDecay }): Optimizer => {
  const withVelocity = momentum !== 0;
  return {
    learningRate,
    stateMatrices: withVelocity ? 2 : 1,
    update(kernels, { X, dX, state, count }, rate) {
      const velocity = withVelocity ? state + count : NONE;
      kernels.rmsprop(X, dX, state, velocity, count, rate, alpha, momentum, epsilon, weightDecay);
    },
  };
});
