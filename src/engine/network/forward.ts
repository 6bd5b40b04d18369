import { type Kernels, NONE } from '../kernels/kernels.ts';
import { isNotIdentity } from '../layers/isNotIdentity.ts';
import type { LayerPlan } from '../layers/layerPlan.ts';
import { addOneHot } from '../layers/oneHot.ts';
import type { Plan } from './plan.ts';

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
    forwardLayer(kernels, layer, A, m, NONE, 'train');
    if (layer.dropout > 0) {
      const counter = maskCounter(mask, layers.length, l);
      kernels.dropout(layer.D, layer.A, layer.n * m, layer.dropout, mask.seed, counter);
    }
    A = layer.D;
  }
}

/** The forward pass outside training: no dropout, running statistics in place of the batch's. */
export function infer(kernels: Kernels, { layers, batch }: Plan, m: number): void {
  let A = batch.X;
  for (const layer of layers) {
    forwardLayer(kernels, layer, A, m, layer.oneHot?.unknownCategory ?? NONE, 'infer');
    A = layer.A;
  }
}

/** Z = W X + b and A = g(Z): in one, unless something stands between product and activation. */
function forwardLayer(
  kernels: Kernels,
  layer: LayerPlan,
  X: number,
  m: number,
  unknownCategory: number,
  normalize: 'train' | 'infer',
): void {
  const { activation, A, Z, Y, W, b, dense, n, normalization, oneHot } = layer;
  // Of the one-hot inputs the columns of W that are multiplied by 1, on which the product with the dense ones is built.
  if (oneHot !== null) addOneHot(kernels, layer, oneHot, m, unknownCategory);
  const start = oneHot === null ? b : NONE;
  const activates = isNotIdentity(activation, A, Y);
  if (activates && normalization === null && dense > 0) {
    kernels.affineActivate(activation, A, Z, W, X, start, m, dense, n);
    return;
  }
  if (dense > 0) kernels.affine(Z, W, X, start, m, dense, n);
  normalization?.[normalize](kernels, layer, m);
  if (activates) kernels.activate(activation, A, Y, n * m);
}
