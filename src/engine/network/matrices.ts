import { NONE } from '../kernels/kernels.ts';
import type { LossMatrices } from '../losses/loss.ts';
import type { OptimizerMatrices } from '../optimizers/optimizer.ts';
import type { Plan } from './plan.ts';

/** Where the loss of a batch finds outputs and targets. */
export function lossMatricesOf({ layers, batch, classWeights, outputs }: Plan): LossMatrices {
  const { A, dA } = layers[layers.length - 1];
  return { A, dA, T: batch.T, rowWeights: batch.rowWeights, classWeights, n: outputs };
}

/** Where the optimizer finds all parameters, their gradients and its own memory. */
export function optimizerMatricesOf({ parameters, gradients, optimizerState }: Plan): OptimizerMatrices {
  const state = optimizerState.count > 0 ? optimizerState.offset : NONE;
  return { X: parameters.offset, dX: gradients.offset, state, count: parameters.count };
}
