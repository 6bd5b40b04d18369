import type { Kernels } from '../kernels.ts';

type Products = Pick<Kernels, 'gatherRows' | 'affine' | 'weightGradient' | 'biasGradient' | 'inputGradient'>;

/** The matrix products of a layer. W lies input by input: the weight of unit j for input p at p * n + j. */
export function products(values: Float64Array, indices: Int32Array): Products {
  return {
    gatherRows(target, source, rowsIndex, m, n) {
      for (let i = 0; i < m; i++) {
        const row = source + indices[rowsIndex + i] * n;
        values.copyWithin(target + i * n, row, row + n);
      }
    },

    affine(Z, W, A, b, m, k, n) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = values[b + j];
          for (let p = 0; p < k; p++) sum += values[W + p * n + j] * values[A + i * k + p];
          values[Z + i * n + j] = sum;
        }
      }
    },

    weightGradient(dW, dZ, A, m, k, n, scale) {
      for (let p = 0; p < k; p++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let i = 0; i < m; i++) sum += values[dZ + i * n + j] * values[A + i * k + p];
          values[dW + p * n + j] = scale * sum;
        }
      }
    },

    biasGradient(db, dZ, m, n, scale) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let i = 0; i < m; i++) sum += values[dZ + i * n + j];
        values[db + j] = scale * sum;
      }
    },

    inputGradient(dA, W, dZ, m, k, n) {
      for (let i = 0; i < m; i++) {
        for (let p = 0; p < k; p++) {
          let sum = 0;
          for (let j = 0; j < n; j++) sum += values[W + p * n + j] * values[dZ + i * n + j];
          values[dA + i * k + p] = sum;
        }
      }
    },
  };
}
