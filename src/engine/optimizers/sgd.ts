import { NONE } from '../kernels/kernels.ts';
import { define, flagOption, numberOption } from '../options.ts';
import type { Optimizer } from './optimizer.ts';
import { LEARNING_RATE, MOMENTUM, WEIGHT_DECAY } from './ranges.ts';

const OPTIONS = {
  learningRate: numberOption(0.001, LEARNING_RATE),
  momentum: numberOption(0, MOMENTUM),
  nesterov: flagOption(false, "Nesterov's momentum; it needs a momentum."),
  weightDecay: numberOption(0, WEIGHT_DECAY),
};

/** The notes' gradient descent, with the momentum of torch.optim.SGD. */
export const sgd = define(OPTIONS, ({ learningRate, momentum, nesterov, weightDecay }): Optimizer => {
  if (nesterov && momentum === 0) throw new RangeError("Option 'nesterov' needs a momentum above 0.");
  const withVelocity = momentum !== 0;
  return {
    learningRate,
    weightDecay,
    stateMatrices: withVelocity ? 1 : 0,
    update(kernels, { X, dX, state: [velocity = NONE], count, weightDecay }, rate, step) {
      kernels.sgd(X, dX, velocity, count, rate, momentum, nesterov, weightDecay, step === 1);
    },
  };
});
