import { type Kernels, NONE } from './kernels/kernels.ts';
import { addOneHot } from './oneHot.ts';
import type { LayerPlan } from './plan/layerPlan.ts';
import type { Plan } from './plan/plan.ts';

/** What names the dropout masks of a training step: every step and layer has its own, the same whenever it is made. */
export interface MaskKey {
  readonly seed: number;
  /** Steps taken before this one. */
  readonly step: number;
}

/** The counter of layer l's mask. */
export function maskCounter({ step }: MaskKey, layers: number, l: number): number {
  return step * layers + l;
}

/** The notes' forward pass over the m rows of the batch, as training wants it: Z, A and all the way back needs are kept. */
export function forward(kernels: Kernels, { layers, batch }: Plan, m: number, mask: MaskKey): void {
  let A = batch.X;
  for (let l = 1; l <= layers.length; l++) {
    const layer = layers[l - 1];
    const count = layer.n * m;
    linear(kernels, layer, A, m, NONE);
    layer.normalization?.train(kernels, layer, m);
    kernels.activate(layer.activation, layer.A, layer.Y, count);
    if (layer.dropout > 0) {
      kernels.dropout(layer.D, layer.A, count, layer.dropout, mask.seed, maskCounter(mask, layers.length, l));
    }
    A = layer.D;
  }
}

/** The forward pass outside training: no dropout, running statistics in place of the batch's. */
export function infer(kernels: Kernels, { layers, batch }: Plan, m: number): void {
  let A = batch.X;
  for (const layer of layers) {
    linear(kernels, layer, A, m, layer.oneHot?.usual ?? NONE);
    layer.normalization?.apply(kernels, layer, m);
    kernels.activate(layer.activation, layer.A, layer.Y, layer.n * m);
    A = layer.A;
  }
}

/** Z = W A + b: a product with the dense inputs, and of the one-hot ones the columns of W that are multiplied by 1. */
function linear(kernels: Kernels, layer: LayerPlan, A: number, m: number, usual: number): void {
  const { Z, W, b, dense, n, oneHot } = layer;
  if (dense > 0) kernels.affine(Z, W, A, b, m, dense, n);
  if (oneHot !== null) addOneHot(kernels, layer, oneHot, m, usual);
}
