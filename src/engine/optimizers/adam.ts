import { define, numberOption } from '../options.ts';
import type { Optimizer } from './optimizer.ts';
import { EPSILON, LEARNING_RATE, MEAN_DECAY, SQUARE_DECAY, WEIGHT_DECAY } from './ranges.ts';

interface AdamOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

export const ADAM_OPTIONS = {
  learningRate: numberOption(0.001, LEARNING_RATE),
  beta1: numberOption(0.9, MEAN_DECAY),
  beta2: numberOption(0.999, SQUARE_DECAY),
  epsilon: numberOption(1e-8, EPSILON),
  weightDecay: numberOption(0, WEIGHT_DECAY),
};

/** Adam (Kingma and Ba 2015) with weight decay added to the gradient: torch.optim.Adam. */
export const adam = define(ADAM_OPTIONS, (options) => adamOptimizer(options, false));

/** Adam with weight decay added to the gradient, or `decoupled` from it. */
export function adamOptimizer(
  { learningRate, beta1, beta2, epsilon, weightDecay }: AdamOptions,
  decoupled: boolean,
): Optimizer {
  return {
    learningRate,
    weightDecay,
    stateMatrices: 2,
    update(kernels, { X, dX, state: [mean, square], count, weightDecay }, rate, step) {
      kernels.adam(
        X,
        dX,
        mean,
        square,
        count,
        rate,
        beta1,
        beta2,
        epsilon,
        weightDecay,
        decoupled,
        1 - beta1 ** step,
        1 - beta2 ** step,
      );
    },
  };
}
