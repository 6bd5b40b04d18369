import type { Kernels } from '../kernels.ts';

type BatchNormalization = Pick<Kernels, 'batchNormalize' | 'batchNormalizeWithRunning' | 'batchNormalizationGradient'>;

/** Normalization of each unit j over the m examples. */
export function batchNormalization(values: Float64Array): BatchNormalization {
  /** The mean over the examples of `term` at each offset of unit j. */
  function meanOverExamples(j: number, m: number, n: number, term: (element: number) => number): number {
    let sum = 0;
    for (let i = 0; i < m; i++) sum += term(i * n + j);
    return sum / m;
  }

  return {
    batchNormalize(Y, Z, gamma, beta, mean, inverseDeviation, runningMean, runningVariance, m, n, momentum, epsilon) {
      for (let j = 0; j < n; j++) {
        const average = meanOverExamples(j, m, n, (e) => values[Z + e]);
        const variance = meanOverExamples(j, m, n, (e) => (values[Z + e] - average) ** 2);
        const inverse = 1 / Math.sqrt(variance + epsilon);
        for (let e = j; e < m * n; e += n) {
          values[Y + e] = values[gamma + j] * (values[Z + e] - average) * inverse + values[beta + j];
        }
        values[mean + j] = average;
        values[inverseDeviation + j] = inverse;
        values[runningMean + j] += momentum * (average - values[runningMean + j]);
        values[runningVariance + j] += momentum * ((variance * m) / (m - 1) - values[runningVariance + j]);
      }
    },

    batchNormalizeWithRunning(Y, Z, gamma, beta, runningMean, runningVariance, m, n, epsilon) {
      for (let j = 0; j < n; j++) {
        const factor = values[gamma + j] / Math.sqrt(values[runningVariance + j] + epsilon);
        for (let e = j; e < m * n; e += n) {
          values[Y + e] = factor * (values[Z + e] - values[runningMean + j]) + values[beta + j];
        }
      }
    },

    batchNormalizationGradient(dZ, dY, Z, gamma, mean, inverseDeviation, dgamma, dbeta, m, n, scale) {
      for (let j = 0; j < n; j++) {
        const inverse = values[inverseDeviation + j];
        const normalized = (e: number): number => (values[Z + e] - values[mean + j]) * inverse;
        const meanOfGradient = meanOverExamples(j, m, n, (e) => values[dY + e]);
        const meanOfProduct = meanOverExamples(j, m, n, (e) => values[dY + e] * normalized(e));
        values[dbeta + j] = scale * m * meanOfGradient;
        values[dgamma + j] = scale * m * meanOfProduct;
        for (let e = j; e < m * n; e += n) {
          values[dZ + e] =
            values[gamma + j] * inverse * (values[dY + e] - meanOfGradient - normalized(e) * meanOfProduct);
        }
      }
    },
  };
}
