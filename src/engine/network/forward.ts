import type { Kernels } from '../kernels/kernels.ts';
import type { TrainingStep } from '../layers/layer.ts';
import type { Plan } from './plan.ts';

/**
 * The notes' forward pass over the m rows of the batch, from A[0] = X; returns the offset of A[L].
 *
 *   Z[l] (n[l], m) = W[l] A[l-1] + b[l]
 *   A[l] (n[l], m) = g[l](Z[l])
 *
 * Without a step there is no dropout, and running statistics replace the batch's.
 */
export function forward(kernels: Kernels, plan: Plan, m: number, step: TrainingStep | null): number {
  let A = plan.batch.X;
  for (const layer of plan.forward) A = layer(kernels, A, m, step);
  return A;
}

/** Computes what forward passes without a step read, after the parameters have changed. */
export function prepareInference(kernels: Kernels, { chain }: Plan): void {
  for (const layer of chain) layer.prepareInference?.(kernels);
}
