import type { Kernels } from '../kernels/kernels.ts';
import { isNotIdentity } from '../layers/isNotIdentity.ts';
import type { LayerPlan } from '../layers/layerPlan.ts';
import { oneHotGradient } from '../layers/oneHot.ts';
import { type MaskKey, maskCounter } from './forward.ts';
import type { Plan } from './plan.ts';

/**
 * The notes' backward pass over the m rows of the batch, from the last layer's dA to every dW and db.
 * `scale` is the notes' 1/m: it is applied once, where a sum over the examples is made.
 */
export function backward(kernels: Kernels, { layers, batch }: Plan, m: number, scale: number, mask: MaskKey): void {
  activationGradient(kernels, layers, layers.length, m, mask);
  for (let l = layers.length; l >= 1; l--) {
    const layer = layers[l - 1];
    const A = l > 1 ? layers[l - 2].D : batch.X;
    layer.normalization?.backward(kernels, layer, m, scale);
    weightGradient(kernels, layer, A, m, scale);
    if (!layer.normalization?.cancelsBias) kernels.biasGradient(layer.db, layer.dZ, m, layer.n, scale);
    if (l > 1) gradientBefore(kernels, layers, l, m, mask);
  }
}

type Layers = Plan['layers'];

/** Layer l's dZ = dA * g'(Z), once its mask has dropped from dA what it dropped on the way there. */
function activationGradient(kernels: Kernels, layers: Layers, l: number, m: number, mask: MaskKey): void {
  const { activation, dropout, dA, dZ, Y, A, n } = layers[l - 1];
  if (dropout > 0) kernels.dropout(dA, dA, n * m, dropout, mask.seed, maskCounter(mask, layers.length, l));
  if (isNotIdentity(activation, dZ, dA)) kernels.activationGradient(activation, dZ, dA, Y, A, n * m);
}

/** dA[l-1] = W[l]ᵀ dZ[l] and dZ[l-1] = dA[l-1] * g'(Z[l-1]): in one, unless dropout stands between. */
function gradientBefore(kernels: Kernels, layers: Layers, l: number, m: number, mask: MaskKey): void {
  const { W, dZ, k, n } = layers[l - 1];
  const { activation, dropout, dA, dZ: dY, Y, A } = layers[l - 2];
  if (dropout === 0 && isNotIdentity(activation, dY, dA)) {
    kernels.inputGradientThrough(activation, dY, dA, W, dZ, Y, A, m, k, n);
    return;
  }
  kernels.inputGradient(dA, W, dZ, m, k, n);
  activationGradient(kernels, layers, l - 1, m, mask);
}

/** dW = scale dZ Aᵀ; of the one-hot inputs, each example adds its dZ where its codes say. */
function weightGradient(kernels: Kernels, layer: LayerPlan, A: number, m: number, scale: number): void {
  const { dW, dZ, dense, n, oneHot } = layer;
  if (dense > 0) kernels.weightGradient(dW, dZ, A, m, dense, n, scale);
  if (oneHot !== null) oneHotGradient(kernels, layer, oneHot, m, scale);
}
