import type { Kernels } from '../kernels.ts';

/** Normalization of each example i over its n units. */
export function layerNormalization(
  values: Float64Array,
): Pick<Kernels, 'layerNormalize' | 'layerNormalizationGradient'> {
  /** The mean over the units of `term` for each unit. */
  function meanOverUnits(n: number, term: (j: number) => number): number {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += term(j);
    return sum / n;
  }

  return {
    layerNormalize(Y, Z, gamma, beta, mean, inverseDeviation, m, n, epsilon) {
      for (let i = 0; i < m; i++) {
        const row = Z + i * n;
        const average = meanOverUnits(n, (j) => values[row + j]);
        const variance = meanOverUnits(n, (j) => (values[row + j] - average) ** 2);
        const inverse = 1 / Math.sqrt(variance + epsilon);
        for (let j = 0; j < n; j++) {
          values[Y + i * n + j] = values[gamma + j] * (values[row + j] - average) * inverse + values[beta + j];
        }
        values[mean + i] = average;
        values[inverseDeviation + i] = inverse;
      }
    },

    layerNormalizationGradient(dZ, dY, Z, gamma, mean, inverseDeviation, dgamma, dbeta, m, n, scale) {
      const normalized = (i: number, j: number): number =>
        (values[Z + i * n + j] - values[mean + i]) * values[inverseDeviation + i];

      values.fill(0, dgamma, dgamma + n);
      values.fill(0, dbeta, dbeta + n);
      for (let i = 0; i < m; i++) {
        const row = dY + i * n;
        const gradient = (j: number): number => values[row + j] * values[gamma + j];
        const meanOfGradient = meanOverUnits(n, gradient);
        const meanOfProduct = meanOverUnits(n, (j) => gradient(j) * normalized(i, j));
        for (let j = 0; j < n; j++) {
          const toUnit = gradient(j);
          values[dgamma + j] += scale * values[row + j] * normalized(i, j);
          values[dbeta + j] += scale * values[row + j];
          values[dZ + i * n + j] =
            values[inverseDeviation + i] * (toUnit - meanOfGradient - normalized(i, j) * meanOfProduct);
        }
      }
    },
  };
}
