/**
 * Batch normalization (Ioffe and Szegedy 2015), as torch.nn.BatchNorm1d: each unit over the m rows; n units.
 *
 * Parameters: gamma, beta (n, 1). Statistics: running mean and var (n, 1).
 * Forward:  Y (n, m) = gamma (Z - mean) / √(var + ε) + beta, with mean and biased var (n, 1) of the batch in training,
 *           and the running ones outside it. The running ones move by MOMENTUM towards the batch's mean and unbiased var.
 * Backward: dgamma (n, 1) = (1/m) Σ dY * N, dbeta (n, 1) = (1/m) Σ dY over the rows, with N = (Z - mean) / √(var + ε);
 *           dZ (n, m) = gamma / √(var + ε) * (dY - mean of dY - N * mean of dY * N), in place of dY.
 */
import { elementwiseCost, IN_PLACE } from './layer.ts';
import { columnParameter, EPSILON, type Normalization, scaleAndShift } from './normalization.ts';

/** How far the running statistics move towards each batch's: PyTorch's default. */
const MOMENTUM = 0.1;

export const batchNorm: Normalization = {
  cancelsBias: true,
  create: (n) => ({
    outputs: n,
    parameters: [
      ...scaleAndShift(n),
      columnParameter('mean', n, 0, 'statistic'),
      columnParameter('var', n, 1, 'statistic'),
    ],
    cost: elementwiseCost(n),
    minRows: 2,
    plan({ rows, allocate, parameter }, { X: Z }) {
      const { value: gamma, gradient: dgamma } = parameter('gamma');
      const { value: beta, gradient: dbeta } = parameter('beta');
      const { value: runningMean } = parameter('mean');
      const { value: runningVar } = parameter('var');
      const Y = allocate(n * rows);
      const mean = allocate(n);
      const inverseDeviation = allocate(n);
      return {
        output: Y,
        isOverwritable: true,
        inputGradient: IN_PLACE,
        forward(kernels, Z, m, step) {
          if (step === null) {
            kernels.batchNormalizeWithRunning(Y, Z, gamma, beta, runningMean, runningVar, m, n, EPSILON);
          } else {
            kernels.batchNormalize(
              Y,
              Z,
              gamma,
              beta,
              mean,
              inverseDeviation,
              runningMean,
              runningVar,
              m,
              n,
              MOMENTUM,
              EPSILON,
            );
          }
          return Y;
        },
        backward(kernels, dY, m, scale) {
          kernels.batchNormalizationGradient(dY, dY, Z, gamma, mean, inverseDeviation, dgamma, dbeta, m, n, scale);
          return dY;
        },
      };
    },
  }),
};
