import { type Kernels, NONE, type ProductInputs } from '../kernels.ts';
import { toBfloat16 } from './bfloat16.ts';

type Products = Pick<Kernels, 'gatherRows' | 'affine' | 'weightGradient' | 'biasGradient' | 'inputGradient'>;

/**
 * The matrix products of a layer. W is stored input by input: the weight of unit j for input p is
 * at p * n + j.
 */
export function products(values: Float64Array, indices: Int32Array, inputs: ProductInputs): Products {
  /** A matrix in the precision of the product inputs. */
  function readInputs(matrix: number, count: number): Float64Array {
    const numbers = values.subarray(matrix, matrix + count);
    return inputs === 'bfloat16' ? numbers.map(toBfloat16) : numbers;
  }

  return {
    gatherRows(target, source, rowsIndex, m, n) {
      for (let i = 0; i < m; i++) {
        const row = source + indices[rowsIndex + i] * n;
        values.copyWithin(target + i * n, row, row + n);
      }
    },

    affine(Z, W, A, b, m, k, n) {
      const [weights, examples] = [readInputs(W, k * n), readInputs(A, m * k)];
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = values[b === NONE ? Z + i * n + j : b + j];
          for (let p = 0; p < k; p++) sum += weights[p * n + j] * examples[i * k + p];
          values[Z + i * n + j] = sum;
        }
      }
    },

    weightGradient(dW, dZ, A, m, k, n, scale) {
      const [gradients, examples] = [readInputs(dZ, m * n), readInputs(A, m * k)];
      for (let p = 0; p < k; p++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let i = 0; i < m; i++) sum += gradients[i * n + j] * examples[i * k + p];
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
      const [weights, gradients] = [readInputs(W, k * n), readInputs(dZ, m * n)];
      for (let i = 0; i < m; i++) {
        for (let p = 0; p < k; p++) {
          let sum = 0;
          for (let j = 0; j < n; j++) sum += weights[p * n + j] * gradients[i * n + j];
          values[dA + i * k + p] = sum;
        }
      }
    },
  };
}
