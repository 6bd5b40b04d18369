/**
 * Layer normalization (Ba et al. 2016), as torch.nn.LayerNorm, for n units and m rows: each row is
 * normalized over its units, in training and outside it.
 *
 * Parameters: gamma, beta (n, 1).
 * Forward, with mean and biased var (1, m) of the row:
 *   N (n, m) = (Z - mean) / √(var + ε)
 *   Y (n, m) = gamma * N + beta
 * Backward, with G = gamma * dY and means over the units:
 *   dgamma (n, 1) = (1/m) Σ dY * N over the rows
 *   dbeta (n, 1) = (1/m) Σ dY over the rows
 *   dZ (n, m) = (G - mean(G) - N * mean(G * N)) / √(var + ε), in place of dY
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
