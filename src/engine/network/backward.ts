import type { Kernels } from '../kernels/kernels.ts';
import type { TrainingStep } from '../layers/layer.ts';
import type { Plan } from './plan.ts';

/**
 * The notes' backward pass over the m rows of the batch, from dA[L].
 *
 *   dZ[l] (n[l], m) = dA[l] * g[l]'(Z[l])
 *   dW[l] (n[l], n[l-1]) = (1/m) dZ[l] A[l-1]ᵀ
 *   db[l] (n[l], 1) = (1/m) Σ dZ[l] over the rows
 *   dA[l-1] (n[l-1], m) = W[l]ᵀ dZ[l]
 *
 * `scale` is the notes' 1/m. Each layer applies it once, where it sums over the rows.
 */
export function backward(kernels: Kernels, plan: Plan, m: number, scale: number, step: TrainingStep | null): void {
  let dA = plan.dA;
  for (const layer of plan.backward) dA = layer(kernels, dA, m, scale, step);
}
