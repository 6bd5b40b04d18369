import { type Kernels, NONE } from '../kernels/kernels.ts';
import type { Plan } from './plan.ts';

/**
 * Factors of the penalties l1 · Σ|W| + l2/2 · ΣW², on weights alone: biases and normalization
 * parameters are free. Reported losses do not include them.
 */
export interface Penalties {
  readonly l1: number;
  readonly l2: number;
}

/** dW := dW + the gradient of the penalties. */
export function addPenaltyGradients(kernels: Kernels, { parameters }: Plan, { l1, l2 }: Penalties): void {
  if (l1 === 0 && l2 === 0) return;
  for (const { kind, gradient, offset, count } of parameters) {
    if (kind === 'weight' && gradient !== NONE) kernels.addPenaltyGradient(gradient, offset, count, l1, l2);
  }
}

/** Keeps a division by a vanishing norm finite, as torch.nn.utils.clip_grad_norm_ does. */
const NORM_EPSILON = 1e-6;

/**
 * Scales the gradient of all parameters down to the norm `maxNorm` when it exceeds it, as
 * clip_grad_norm_ does.
 */
export function clipGradientNorm(kernels: Kernels, { gradients }: Plan, maxNorm: number): void {
  const norm = Math.sqrt(kernels.sumOfSquares(gradients.offset, gradients.count));
  const factor = maxNorm / (norm + NORM_EPSILON);
  if (factor < 1) kernels.scale(gradients.offset, gradients.count, factor);
}
