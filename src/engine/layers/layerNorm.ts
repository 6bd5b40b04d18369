/**
 * Layer normalization (Ba et al. 2016), as torch.nn.LayerNorm: each of m rows over its n units, in training and outside it.
 *
 * Parameters: gamma, beta (n, 1).
 * Forward:  Y (n, m) = gamma (Z - mean) / √(var + ε) + beta, with mean and biased var (1, m) of the row.
 * Backward: dgamma (n, 1) = (1/m) Σ dY * N, dbeta (n, 1) = (1/m) Σ dY over the rows, with N = (Z - mean) / √(var + ε);
 *           dZ (n, m) = (G - mean of G - N * mean of G * N) / √(var + ε), with G = gamma dY, means over the units;
 *           in place of dY.
 */
import { elementwiseCost, IN_PLACE } from './layer.ts';
import { EPSILON, type Normalization, scaleAndShift } from './normalization.ts';

export const layerNorm: Normalization = {
  cancelsBias: false,
  create: (n) => ({
    outputs: n,
    parameters: scaleAndShift(n),
    // Y, and the row's mean and inverse deviation.
    cost: elementwiseCost(n + 2),
    minRows: 1,
    plan({ rows, allocate, parameter }, { X: Z }) {
      const { value: gamma, gradient: dgamma } = parameter('gamma');
      const { value: beta, gradient: dbeta } = parameter('beta');
      const Y = allocate(n * rows);
      const mean = allocate(rows);
      const inverseDeviation = allocate(rows);
      return {
        output: Y,
        isOverwritable: true,
        inputGradient: IN_PLACE,
        forward(kernels, Z, m) {
          kernels.layerNormalize(Y, Z, gamma, beta, mean, inverseDeviation, m, n, EPSILON);
          return Y;
        },
        backward(kernels, dY, m, scale) {
          kernels.layerNormalizationGradient(dY, dY, Z, gamma, mean, inverseDeviation, dgamma, dbeta, m, n, scale);
          return dY;
        },
      };
    },
  }),
};
