import type { CreateKernels, Kernels, ProductInputs } from '../kernels.ts';
import { ONE_THREAD } from '../oneThread.ts';
import { activations } from './activations.ts';
import { batchNormalization } from './batchNormalization.ts';
import { dropout } from './dropout.ts';
import { embeddings } from './embeddings.ts';
import { fused } from './fused.ts';
import { gradients } from './gradients.ts';
import { gram } from './gram.ts';
import { layerNormalization } from './layerNormalization.ts';
import { losses } from './losses.ts';
import { oneHot } from './oneHot.ts';
import { optimizers } from './optimizers.ts';
import { products } from './products.ts';

/** The readable backend: plain loops in float64, the oracle of every test. */
export const createReferenceKernels: CreateKernels = ({ numbers, indices }) =>
  createBackend(new Float64Array(numbers), new Int32Array(indices), 'float32');

function createBackend(values: Float64Array, indices: Int32Array, productInputs: ProductInputs): Kernels {
  const ofLayer = { ...products(values, indices, productInputs), ...activations(values) };
  return {
    name: 'reference',
    precision: 'float64',
    productInputs,
    withProductInputs: (inputs) => createBackend(values, indices, inputs),
    values,
    indices,
    ...ONE_THREAD,
    ...ofLayer,
    ...fused(ofLayer),
    ...gram(values, productInputs),
    ...oneHot(values, indices),
    ...embeddings(values, indices),
    ...dropout(values),
    ...batchNormalization(values),
    ...layerNormalization(values),
    ...losses(values),
    ...gradients(values),
    ...optimizers(values),
  };
}
