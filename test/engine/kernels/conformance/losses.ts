import { describe, it } from 'vitest';
import { type CreateKernels, NONE } from '../../../../src/engine/kernels/kernels.ts';
import { type Arrangement, expectConformance, relativeTo, ulps } from '../arrangement.ts';
import { LOSS_NAMES } from '../calls/losses.ts';
import { normals, SIZES, uniforms, wholeNumbers } from '../numbers.ts';

const ROWS = [1, 3, 8, 33];
/** Huber's delta or quantile's level; the other losses ignore it. */
const PARAMETER = 0.7;

/** The losses with their gradients, and softmax. */
export function conformInLosses(createKernels: CreateKernels): void {
  describe.each(LOSS_NAMES)('%s', (loss) => {
    function conforms(m: number, n: number, weighted: boolean): void {
      const count = m * n;
      // Every third output is its target exactly, where mae and quantile have their kink.
      const A = normals(count, n, 3);
      const T = uniforms(count, m).map((t, e) => (e % 3 === 0 ? A[e] : t));
      const arrangement = {
        matrices: { A, T, weights: uniforms(m, 3), dA: normals(count, 4) },
        writes: ['dA'],
      } as const;
      expectConformance(
        createKernels,
        {
          ...arrangement,
          call: (kernels, at) => kernels[loss](at.dA, at.A, at.T, weighted ? at.weights : NONE, m, n, PARAMETER),
        },
        // The returned sum has positive terms, except of poisson, whose terms are some units large.
        ulps(8, count),
      );
    }

    it.each(SIZES)('computes the sum and the gradient of %i outputs a row, with and without weights', (n) => {
      for (const m of ROWS) {
        conforms(m, n, false);
        conforms(m, n, true);
      }
    });

    it('computes the same loss without the gradient', () => {
      const arrangement: Arrangement = {
        matrices: { A: normals(35, 1), T: uniforms(35, 2) },
        writes: [],
        call: (kernels, at) => kernels[loss](NONE, at.A, at.T, NONE, 7, 5, PARAMETER),
      };
      expectConformance(createKernels, arrangement, ulps(8, 35));
    });
  });

  describe('crossEntropy', () => {
    interface Options {
      readonly weighted?: boolean;
      readonly smoothing?: number;
      readonly deviation?: number;
    }

    function conforms(m: number, n: number, { weighted = false, smoothing = 0, deviation = 3 }: Options): void {
      const matrices = {
        A: normals(m * n, n, deviation),
        T: wholeNumbers(m, n, 2),
        rows: uniforms(m, 3),
        classes: uniforms(n, 4),
        dA: normals(m * n, 5),
      };
      const weights = (at: number): number => (weighted ? at : NONE);
      expectConformance(
        createKernels,
        {
          matrices,
          writes: ['dA'],
          call: (kernels, at) =>
            kernels.crossEntropy(at.dA, at.A, at.T, weights(at.rows), weights(at.classes), m, n, smoothing),
        },
        relativeTo(1, 1e-6),
      );
    }

    it.each(SIZES)('sums over %i classes, with and without weights and smoothing', (n) => {
      for (const m of ROWS) {
        conforms(m, n, {});
        conforms(m, n, { weighted: true });
        conforms(m, n, { smoothing: 0.1 });
        conforms(m, n, { weighted: true, smoothing: 0.1 });
      }
    });

    it('accepts logits whose powers overflow float32', () => conforms(9, 10, { deviation: 300, smoothing: 0.1 }));

    it('ignores a class of probability 0 that is not the target', () => {
      const impossible = Number.NEGATIVE_INFINITY;
      const arrangement: Arrangement = {
        matrices: { A: [1, impossible, 2, impossible, 0.5, -1], T: [0, 2], dA: normals(6, 1) },
        writes: ['dA'],
        call: (kernels, at) => kernels.crossEntropy(at.dA, at.A, at.T, NONE, NONE, 2, 3, 0),
      };
      expectConformance(createKernels, arrangement, relativeTo(1, 1e-6));
    });
  });

  describe('softmax', () => {
    it.each(SIZES)('normalizes %i classes, also in place', (n) => {
      const m = 5;
      const A = [...normals((m - 1) * n, n, 4), ...normals(n, 2, 300)];
      expectConformance(
        createKernels,
        {
          matrices: { A, P: normals(m * n, 1) },
          writes: ['P'],
          call: (kernels, at) => kernels.softmax(at.P, at.A, m, n),
        },
        // A logit's distance to the largest is rounded before its power: up to 1000 units times
        // 2^-24.
        relativeTo(0.01, 1e-4),
      );
      expectConformance(
        createKernels,
        { matrices: { A }, writes: ['A'], call: (kernels, at) => kernels.softmax(at.A, at.A, m, n) },
        relativeTo(0.01, 1e-4),
      );
    });
  });
}
