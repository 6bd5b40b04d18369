import { elementwise } from './elementwise.ts';
import { logit } from './links.ts';
import { defineLoss, type LossTraits } from './loss.ts';
import { labelSmoothing } from './smoothing.ts';

const TRAITS: LossTraits = { tasks: ['binary'], link: logit, minTarget: null, outputs: () => 1 };

/**
 * Cross-entropy of the targets 0 and 1 from logits: torch.nn.BCEWithLogitsLoss. Predictions are
 * probabilities. Smoothing moves a target s/2 towards the other label (Szegedy et al. 2016 with two
 * classes).
 */
export const binaryCrossEntropy = defineLoss(TRAITS, { labelSmoothing }, ({ labelSmoothing: share }) =>
  elementwise('binaryCrossEntropy', {
    target: (t) => t * (1 - share) + share / 2,
    predict: (kernels, A, m, n) => kernels.activate('sigmoid', A, A, m * n),
  }),
);
