import type { CreateKernels } from './kernels.ts';
import { ONE_THREAD } from './oneThread.ts';
import { activations } from './reference/activations.ts';
import { batchNormalization } from './reference/batchNormalization.ts';
import { dropout } from './reference/dropout.ts';
import { gradients } from './reference/gradients.ts';
import { layerNormalization } from './reference/layerNormalization.ts';
import { losses } from './reference/losses.ts';
import { oneHot } from './reference/oneHot.ts';
import { optimizers } from './reference/optimizers.ts';
import { products } from './reference/products.ts';

/** The player written to be read: plain loops in float64, the oracle of every test. */
export const createReferenceKernels: CreateKernels = ({ numbers, indices: integers }) => {
  const values = new Float64Array(numbers);
  const indices = new Int32Array(integers);
  return {
    name: 'reference',
    precision: 'float64',
    values,
    indices,
    ...ONE_THREAD,
    ...products(values, indices),
    ...oneHot(values, indices),
    ...activations(values),
    ...dropout(values),
    ...batchNormalization(values),
    ...layerNormalization(values),
    ...losses(values),
    ...gradients(values),
    ...optimizers(values),
  };
};
