import { NONE } from '../kernels/kernels.ts';
import type { LossMatrices } from '../losses/loss.ts';
import type { OptimizerMatrices } from '../optimizers/optimizer.ts';
import type { Plan } from './plan.ts';

/** What the loss of a batch reads and writes. */
export function lossMatricesOf({ A, dA, batch, classWeights, outputs }: Plan): LossMatrices {
  return { A, dA, T: batch.T, rowWeights: batch.rowWeights, classWeights, n: outputs };
}

/**
 * What the optimizer reads and writes: every learned parameter, its gradient, and the optimizer's
 * state.
 */
export function optimizerMatricesOf({ learned, gradients, optimizerState }: Plan): OptimizerMatrices {
  const state = optimizerState.count > 0 ? optimizerState.offset : NONE;
  return { X: learned.offset, dX: gradients.offset, state, count: learned.count };
}
