import { expect, it } from 'vitest';
import { type CreateKernels, NONE } from '../../../../src/engine/kernels/kernels.ts';
import { type Arrangement, expectConformance, roundingOfSums, ulps } from '../arrangement.ts';
import { normals, SIZES, wholeNumbers } from '../numbers.ts';

/** Kernels that move single numbers, and the sum of their squares. */
export function conformElementwise(createKernels: CreateKernels): void {
  it.each(SIZES)('gatherRows copies rows of %i numbers in any order, also twice', (n) => {
    const rows = 6;
    const m = 9;
    expectConformance(
      createKernels,
      {
        matrices: { source: normals(rows * n, 1), target: normals(m * n, 2) },
        indices: [-1, ...wholeNumbers(m, rows, 3)],
        writes: ['target'],
        call: (kernels, at) => kernels.gatherRows(at.target, at.source, 1, m, n),
      },
      () => 0,
    );
  });

  it.each(SIZES)('dropout makes the same mask of %i numbers, also in place', (count) => {
    const source = normals(count, count);
    const draw = { rate: 0.3, seed: 0xfedcba98, counter: 77 } as const;
    expectConformance(
      createKernels,
      {
        matrices: { source, target: normals(count, 1) },
        writes: ['target'],
        call: (kernels, at) => kernels.dropout(at.target, at.source, count, draw.rate, draw.seed, draw.counter),
      },
      ulps(1),
    );
    expectConformance(
      createKernels,
      {
        matrices: { source },
        writes: ['source'],
        call: (kernels, at) => kernels.dropout(at.source, at.source, count, draw.rate, draw.seed, draw.counter),
      },
      ulps(1),
    );
  });

  it.each(SIZES)('sumOfSquares of %i numbers is a float64', (count) => {
    const arrangement: Arrangement = {
      matrices: { X: normals(count, count) },
      writes: [],
      call: (kernels, at) => kernels.sumOfSquares(at.X, count),
    };
    // Squares of float32 are exact in float64, so the remaining error is far below float32's
    // rounding.
    expectConformance(createKernels, arrangement, () => 1e-12 * count);
  });

  it.each(SIZES)('scale multiplies %i numbers', (count) => {
    expectConformance(
      createKernels,
      {
        matrices: { X: normals(count, count) },
        writes: ['X'],
        call: (kernels, at) => kernels.scale(at.X, count, 0.37),
      },
      ulps(1.5),
    );
  });

  it.each(SIZES)('divideByNorm gives %i numbers the norm 1, whatever their magnitude', (count) => {
    // 1 / norm of the smallest is no float32.
    for (const magnitude of [1e-44, 1e-39, 1e-20, 1, 1e20, 1e37]) {
      const X = normals(count, count, magnitude).with(0, Math.fround(magnitude));
      const arrangement: Arrangement = {
        matrices: { X },
        writes: ['X'],
        call: (kernels, at) => kernels.divideByNorm(at.X, count),
      };
      expectConformance(createKernels, arrangement, ulps(2));
    }
  });

  it('divideByNorm leaves zeros', () => {
    const kernels = createKernels({ numbers: 33, indices: 0 });
    kernels.divideByNorm(0, 33);
    expect([...kernels.values]).toEqual(Array(33).fill(0));
  });

  it.each(SIZES)('axpby combines %i numbers, and does not read Y where beta is 0', (count) => {
    const arrangementOf = (Y: readonly number[], beta: number): Arrangement => ({
      matrices: { X: normals(count, count), Y },
      writes: ['Y'],
      call: (kernels, at) => kernels.axpby(at.Y, at.X, count, 0.37, beta),
    });
    const summed = arrangementOf(normals(count, 1), 0.9);
    expectConformance(createKernels, summed, roundingOfSums(summed, 2));
    expectConformance(createKernels, arrangementOf(Array(count).fill(Number.NaN), 0), ulps(1.5));
  });

  it.each(SIZES)('addPenaltyGradient adds the gradient of the penalty of %i parameters', (count) => {
    const W = normals(count, count).map((w, e) => (e % 4 === 1 ? 0 : w));
    const arrangement: Arrangement = {
      matrices: { W, dW: normals(count, 1) },
      writes: ['dW'],
      call: (kernels, at) => kernels.addPenaltyGradient(at.dW, at.W, count, 0.1, 0.01),
    };
    expectConformance(createKernels, arrangement, roundingOfSums(arrangement, 3));
  });

  it('gives the same bits each time', () => {
    const run = (): number[] => {
      const kernels = createKernels({ numbers: 40_000, indices: 0 });
      kernels.values.set(normals(20_000, 1));
      kernels.affine(20_000, 0, 0, 0, 100, 100, 100);
      kernels.activate('gelu', 20_000, 20_000, 10_000);
      return [kernels.crossEntropy(30_000, 20_000, 39_000, NONE, NONE, 100, 90, 0.1), ...kernels.values];
    };
    expect(run()).toEqual(run());
  });
}
