import type { LossName } from '../../engine/losses/losses.ts';

/** The functions that turn the output of the last layer into a prediction. */
export const OUTPUT_FUNCTIONS = ['identity', 'exp', 'sigmoid', 'softmax'] as const;
type OutputFunction = (typeof OUTPUT_FUNCTIONS)[number];

/** The function of each loss, as `predict` of the engine's losses computes it. */
export const OUTPUT_OF_LOSS: Readonly<Record<LossName, OutputFunction>> = {
  mse: 'identity',
  mae: 'identity',
  huber: 'identity',
  quantile: 'identity',
  poisson: 'exp',
  binaryCrossEntropy: 'sigmoid',
  crossEntropy: 'softmax',
};
