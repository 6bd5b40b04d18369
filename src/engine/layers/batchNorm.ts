import { EPSILON, type Normalization } from './normalization.ts';

/** How far the running statistics move towards each batch's: torch.nn.BatchNorm1d's default. */
const MOMENTUM = 0.1;

/** Each unit over the examples (Ioffe and Szegedy 2015), as torch.nn.BatchNorm1d. */
export const batch: Normalization = {
  tracksRunningStats: true,
  cancelsBias: true,
  minRows: 2,
  statistics: (n) => n,
  train(kernels, { Y, Z, gamma, beta, mean, inverseDeviation, runningMean, runningVariance, n }, m) {
    kernels.batchNormalize(
      Y,
      Z,
      gamma,
      beta,
      mean,
      inverseDeviation,
      runningMean,
      runningVariance,
      m,
      n,
      MOMENTUM,
      EPSILON,
    );
  },
  infer(kernels, { Y, Z, gamma, beta, runningMean, runningVariance, n }, m) {
    kernels.batchNormalizeWithRunning(Y, Z, gamma, beta, runningMean, runningVariance, m, n, EPSILON);
  },
  backward(kernels, { dZ, Z, gamma, mean, inverseDeviation, dgamma, dbeta, n }, m, scale) {
    kernels.batchNormalizationGradient(dZ, dZ, Z, gamma, mean, inverseDeviation, dgamma, dbeta, m, n, scale);
  },
};
