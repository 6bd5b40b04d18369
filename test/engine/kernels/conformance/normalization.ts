import { describe, it } from 'vitest';
import type { CreateKernels } from '../../../../src/engine/kernels/kernels.ts';
import { expectConformance, relativeTo } from '../arrangement.ts';
import { normals, SIZES, uniforms } from '../numbers.ts';

const ROWS = [2, 3, 17, 64, 65, 150];
const EPSILON = 1e-5;
const MOMENTUM = 0.1;
const DEVIATION = 2;
/**
 * Sums of up to 150 terms of a few units, rounded to float32, divided by deviations that may be
 * small.
 */
const CLOSE = relativeTo(10, 2e-6);

/**
 * Two or three numbers can be so close that the division by their deviation amplifies their
 * rounding errors.
 */
const CLOSE_OF_FEW = relativeTo(10, 1e-5);

/** Units away from zero, as columns of a table are. */
function shifted(m: number, n: number, seed: number): number[] {
  return normals(m * n, seed, DEVIATION).map((z, e) => Math.fround(z + ((e % n) % 7) - 3));
}

/** Batch and layer normalization, forward and backward. */
export function conformInNormalization(createKernels: CreateKernels): void {
  describe.each(SIZES)('of %i units', (n) => {
    const perUnit = {
      gamma: normals(n, 1),
      beta: normals(n, 2),
      runningMean: normals(n, 3),
      runningVariance: uniforms(n, 4).map((x) => x + 0.5),
    };
    const results = { mean: normals(n, 5), inverseDeviation: normals(n, 6) };
    const sums = { dgamma: normals(n, 7), dbeta: normals(n, 8) };

    it.each(ROWS)('batchNormalize over %i rows', (m) => {
      expectConformance(
        createKernels,
        {
          matrices: { Z: shifted(m, n, m), Y: normals(m * n, 9), ...perUnit, ...results },
          writes: ['Y', 'mean', 'inverseDeviation', 'runningMean', 'runningVariance'],
          call: (kernels, at) =>
            kernels.batchNormalize(
              at.Y,
              at.Z,
              at.gamma,
              at.beta,
              at.mean,
              at.inverseDeviation,
              at.runningMean,
              at.runningVariance,
              m,
              n,
              MOMENTUM,
              EPSILON,
            ),
        },
        CLOSE_OF_FEW,
      );
    });

    it('batchNormalizeWithRunning, in place', () => {
      const m = 9;
      expectConformance(
        createKernels,
        {
          matrices: { Z: normals(m * n, 10), ...perUnit },
          writes: ['Z'],
          call: (kernels, { Z, gamma, beta, runningMean, runningVariance }) =>
            kernels.batchNormalizeWithRunning(Z, Z, gamma, beta, runningMean, runningVariance, m, n, EPSILON),
        },
        CLOSE,
      );
    });

    it.each(ROWS)('batchNormalizationGradient over %i rows, in place', (m) => {
      const scale = 1 / m;
      const statistics = { mean: normals(n, 11), inverseDeviation: uniforms(n, 12) };
      expectConformance(
        createKernels,
        {
          matrices: { Z: normals(m * n, m), dY: normals(m * n, 13), gamma: perUnit.gamma, ...statistics, ...sums },
          writes: ['dY', 'dgamma', 'dbeta'],
          call: (kernels, { dY, Z, gamma, mean, inverseDeviation, dgamma, dbeta }) =>
            kernels.batchNormalizationGradient(dY, dY, Z, gamma, mean, inverseDeviation, dgamma, dbeta, m, n, scale),
        },
        CLOSE,
      );
    });

    it.each(ROWS)('layerNormalize of %i rows', (m) => {
      expectConformance(
        createKernels,
        {
          matrices: {
            Z: normals(m * n, m, DEVIATION),
            Y: normals(m * n, 14),
            gamma: perUnit.gamma,
            beta: perUnit.beta,
            mean: normals(m, 15),
            inverseDeviation: normals(m, 16),
          },
          writes: ['Y', 'mean', 'inverseDeviation'],
          call: (kernels, { Y, Z, gamma, beta, mean, inverseDeviation }) =>
            kernels.layerNormalize(Y, Z, gamma, beta, mean, inverseDeviation, m, n, EPSILON),
        },
        CLOSE_OF_FEW,
      );
    });

    it.each(ROWS)('layerNormalizationGradient of %i rows, in place', (m) => {
      const scale = 1 / m;
      const statistics = { mean: normals(m, 17), inverseDeviation: uniforms(m, 18) };
      expectConformance(
        createKernels,
        {
          matrices: { Z: normals(m * n, m), dY: normals(m * n, 19), gamma: perUnit.gamma, ...statistics, ...sums },
          writes: ['dY', 'dgamma', 'dbeta'],
          call: (kernels, { dY, Z, gamma, mean, inverseDeviation, dgamma, dbeta }) =>
            kernels.layerNormalizationGradient(dY, dY, Z, gamma, mean, inverseDeviation, dgamma, dbeta, m, n, scale),
        },
        CLOSE,
      );
    });
  });
}
