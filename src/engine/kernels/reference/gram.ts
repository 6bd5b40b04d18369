import type { Kernels, ProductInputs } from '../kernels.ts';
import { toBfloat16 } from './bfloat16.ts';

/**
 * The products of a matrix with its own transpose. X (n, k) is stored input by input: unit j of
 * input p is at p * n + j.
 */
export function gram(values: Float64Array, inputs: ProductInputs): Pick<Kernels, 'gramOfUnits' | 'gramOfInputs'> {
  function readInputs(X: number, count: number): Float64Array {
    const numbers = values.subarray(X, X + count);
    return inputs === 'bfloat16' ? numbers.map(toBfloat16) : numbers;
  }

  return {
    gramOfUnits(A, X, k, n) {
      const numbers = readInputs(X, k * n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let p = 0; p < k; p++) sum += numbers[p * n + i] * numbers[p * n + j];
          values[A + i * n + j] = sum;
        }
      }
    },

    gramOfInputs(A, X, k, n) {
      const numbers = readInputs(X, k * n);
      for (let p = 0; p < k; p++) {
        for (let q = 0; q < k; q++) {
          let sum = 0;
          for (let j = 0; j < n; j++) sum += numbers[p * n + j] * numbers[q * n + j];
          values[A + p * k + q] = sum;
        }
      }
    },
  };
}
