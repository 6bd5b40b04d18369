import { define } from '../options.ts';
import { elementwise } from './elementwise.ts';
import { checkSmoothing } from './smoothing.ts';

/**
 * Cross-entropy of yes-or-no targets from logits: torch.nn.BCEWithLogitsLoss. Predictions are probabilities.
 * Smoothing moves a target s/2 towards the other label (Szegedy et al. 2016 with two classes).
 */
export const binaryCrossEntropy = define({ labelSmoothing: 0 }, ({ labelSmoothing }) => {
  checkSmoothing(labelSmoothing);
  return elementwise('binaryCrossEntropy', {
    target: (t) => t * (1 - labelSmoothing) + labelSmoothing / 2,
    predict: (kernels, A, m, n) => kernels.activate('sigmoid', A, A, m * n),
  });
});
