import { type Kernels, NONE } from '../kernels.ts';

/**
 * Products with one-hot inputs, whose codes name columns of E: the weight of unit j for input p is
 * at p * n + j.
 */
export function oneHot(
  values: Float64Array,
  indices: Int32Array,
): Pick<Kernels, 'gatherCodes' | 'addRows' | 'rowGradient'> {
  return {
    gatherCodes(target, source, rowsIndex, m, c) {
      for (let i = 0; i < m; i++) {
        const row = source + indices[rowsIndex + i] * c;
        indices.copyWithin(target + i * c, row, row + c);
      }
    },

    addRows(Z, b, E, unknownCategory, codes, m, _k, c, n) {
      /** Offset of the weights that an example's code names; NONE: it names none. */
      const weightsOf = (code: number, column: number): number => {
        if (code >= 0) return E + code * n;
        return unknownCategory === NONE ? NONE : unknownCategory + column * n;
      };
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = b === NONE ? values[Z + i * n + j] : values[b + j];
          for (let column = 0; column < c; column++) {
            const weights = weightsOf(indices[codes + i * c + column], column);
            if (weights !== NONE) sum += values[weights + j];
          }
          values[Z + i * n + j] = sum;
        }
      }
    },

    rowGradient(dE, dZ, codes, m, k, c, n, scale) {
      values.fill(0, dE, dE + k * n);
      for (let i = 0; i < m; i++) {
        for (const code of indices.subarray(codes + i * c, codes + (i + 1) * c)) {
          if (code < 0) continue;
          for (let j = 0; j < n; j++) values[dE + code * n + j] += scale * values[dZ + i * n + j];
        }
      }
    },
  };
}
