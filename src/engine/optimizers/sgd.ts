import { NONE } from '../kernels/kernels.ts';
import { define } from '../options.ts';
import type { Optimizer } from './optimizer.ts';

const DEFAULTS = { learningRate: 0.001, momentum: 0, nesterov: false, weightDecay: 0 };

/** The notes' gradient descent, with the momentum of torch.optim.SGD. */
export const sgd = define(DEFAULTS, ({ learningRate, momentum, nesterov, weightDecay }): Optimizer => {
  if (nesterov && momentum === 0) throw new RangeError('nesterov needs a momentum');
  const withVelocity = momentum !== 0;
  return {
    learningRate,
    stateMatrices: withVelocity ? 1 : 0,
    update(kernels, { X, dX, state, count }, rate, step) {
      const velocity = withVelocity ? state : NONE;
      kernels.sgd(X, dX, velocity, count, rate, momentum, nesterov, weightDecay, step === 1);
    },
  };
});
