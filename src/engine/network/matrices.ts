import type { LossMatrices } from '../losses/loss.ts';
import type { Plan } from './plan.ts';

/** What the loss of a batch reads and writes. */
export function lossMatricesOf({ A, dA, batch, classWeights, outputs }: Plan): LossMatrices {
  return { A, dA, T: batch.T, rowWeights: batch.rowWeights, classWeights, n: outputs };
}
