import type { Kernels } from '../kernels/kernels.ts';
import type { Plan } from './plan.ts';

/** Penalties l1 · Σ|W| + l2/2 · ΣW² on the weights alone: biases and normalization are free, and the loss is told without them. */
export interface Penalties {
  readonly l1: number;
  readonly l2: number;
}

/** dW := dW + the gradient of the penalties. */
export function addPenaltyGradients(kernels: Kernels, { layers }: Plan, { l1, l2 }: Penalties): void {
  if (l1 === 0 && l2 === 0) return;
  for (const layer of layers) kernels.addPenaltyGradient(layer.dW, layer.W, layer.k * layer.n, l1, l2);
}

/** Keeps a division by a vanishing norm finite, as torch.nn.utils.clip_grad_norm_ does. */
const NORM_EPSILON = 1e-6;

/** Shortens the gradient of all parameters together to the norm `greatest`, when it is longer: torch's clip_grad_norm_. */
export function clipGradientNorm(kernels: Kernels, { gradients }: Plan, maxNorm: number): void {
  const norm = Math.sqrt(kernels.sumOfSquares(gradients.offset, gradients.count));
  const factor = maxNorm / (norm + NORM_EPSILON);
  if (factor < 1) kernels.scale(gradients.offset, gradients.count, factor);
}
