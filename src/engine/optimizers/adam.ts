import { define } from '../options.ts';
import type { Optimizer } from './optimizer.ts';

export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

const DEFAULTS: AdamOptions = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

/** Adam (Kingma and Ba 2015), as torch.optim.Adam: weight decay is added to the gradient. */
export const adam = define(DEFAULTS, (options) => adamOptimizer(options, false));

/** Adam with weight decay added to the gradient, or `decoupled` from it. */
export function adamOptimizer(
  { learningRate, beta1, beta2, epsilon, weightDecay }: AdamOptions,
  decoupled: boolean,
): Optimizer {
  return {
    learningRate,
    stateMatrices: 2,
    update(kernels, { X, dX, state, count }, rate, step) {
      kernels.adam(
        X,
        dX,
        state,
        state + count,
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
