import type { Kernels } from '../kernels/kernels.ts';
import { EPSILON, type Normalization, type NormalizationMatrices } from './normalization.ts';

/** Each example over its units (Ba et al. 2016), as torch.nn.LayerNorm: the same in training and outside it. */
export const layer: Normalization = {
  tracksRunningStats: false,
  cancelsBias: false,
  minRows: 1,
  statistics: (_n, m) => m,
  train: normalize,
  infer: normalize,
  backward(kernels, { dZ, Z, gamma, mean, inverseDeviation, dgamma, dbeta, n }, m, scale) {
    kernels.layerNormalizationGradient(dZ, dZ, Z, gamma, mean, inverseDeviation, dgamma, dbeta, m, n, scale);
  },
};

function normalize(kernels: Kernels, matrices: NormalizationMatrices, m: number): void {
  const { Y, Z, gamma, beta, mean, inverseDeviation, n } = matrices;
  kernels.layerNormalize(Y, Z, gamma, beta, mean, inverseDeviation, m, n, EPSILON);
}
