import { type MaskKey, maskCounter } from './forward.ts';
import type { Kernels } from './kernels/kernels.ts';
import { oneHotGradient } from './oneHot.ts';
import type { LayerPlan } from './plan/layerPlan.ts';
import type { Plan } from './plan/plan.ts';

/**
 * The notes' backward pass over the m rows of the batch, from the last layer's dA to every dW and db.
 * `scale` is the notes' 1/m: it is applied once, where a sum over the examples is made.
 */
export function backward(kernels: Kernels, { layers, batch }: Plan, m: number, scale: number, mask: MaskKey): void {
  for (let l = layers.length; l >= 1; l--) {
    const layer = layers[l - 1];
    const A = l > 1 ? layers[l - 2].D : batch.X;
    const count = layer.n * m;
    if (layer.dropout > 0) {
      kernels.dropout(layer.dA, layer.dA, count, layer.dropout, mask.seed, maskCounter(mask, layers.length, l));
    }
    kernels.activationGradient(layer.activation, layer.dZ, layer.dA, layer.Y, layer.A, count);
    layer.normalization?.backward(kernels, layer, m, scale);
    weightGradient(kernels, layer, A, m, scale);
    if (!layer.normalization?.cancelsBias) kernels.biasGradient(layer.db, layer.dZ, m, layer.n, scale);
    if (l > 1) kernels.inputGradient(layers[l - 2].dA, layer.W, layer.dZ, m, layer.k, layer.n);
  }
}

/** dW = scale dZ Aᵀ; of the one-hot inputs, each example adds its dZ where its codes say. */
function weightGradient(kernels: Kernels, layer: LayerPlan, A: number, m: number, scale: number): void {
  const { dW, dZ, dense, n, oneHot } = layer;
  if (dense > 0) kernels.weightGradient(dW, dZ, A, m, dense, n, scale);
  if (oneHot !== null) oneHotGradient(kernels, layer, oneHot, m, scale);
}
