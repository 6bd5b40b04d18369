import { describe, expect, it } from 'vitest';
import type { CreateKernels } from '../../../../src/engine/kernels/kernels.ts';
import { toBfloat16 } from '../../../../src/engine/kernels/reference/bfloat16.ts';
import { type Arrangement, expectConformance } from '../arrangement.ts';
import { EXTREMES, FINITE_EDGES, normals } from '../numbers.ts';

/** The smallest normal float32; processors with bfloat16 products treat smaller numbers as 0. */
const LEAST_NORMAL = 2 ** -126;

/**
 * Halfway between two numbers of bfloat16, a little below and a little above; the one below is
 * even, then odd.
 */
const AROUND_TIES = [1, 1 + 2 ** -7].flatMap((x) =>
  [-(2 ** -20), 0, 2 ** -20].flatMap((aside) => [x + 2 ** -8 + aside, -(x + 2 ** -8 + aside)]),
);

/** Z (n, m) = A (1, m) · 1 + 0: the rounding of a number by a product. One column of A, m rows. */
function throughProduct(numbers: readonly number[]): Arrangement {
  const m = numbers.length;
  return {
    matrices: { A: numbers, W: [1], b: [0], Z: normals(m, 1) },
    writes: ['Z'],
    call: (kernels, at) => kernels.withProductInputs('bfloat16').affine(at.Z, at.W, at.A, at.b, m, 1, 1),
  };
}

/** Rounding to bfloat16, and the propagation of NaN and infinities. */
export function conformInBfloat16(createKernels: CreateKernels): void {
  it('rounds to the nearest, ties to even', () => {
    expectConformance(createKernels, throughProduct(AROUND_TIES), () => 0);
    expectConformance(createKernels, throughProduct(normals(1000, 5)), () => 0);
  });

  it('propagates extreme numbers, infinities and NaN, and subnormal numbers or 0 for them', () => {
    expectConformance(createKernels, throughProduct([...EXTREMES, ...FINITE_EDGES]), () => LEAST_NORMAL);
  });

  it('preserves a NaN with any bits', () => {
    const kernels = createKernels({ numbers: 4, indices: 0 }).withProductInputs('bfloat16');
    const bits = new Uint32Array(kernels.values.buffer, kernels.values.byteOffset, 4);
    for (const nan of [0x7f800001, 0xff800001, 0x7fffffff, 0xffffffff, 0x7fc00000]) {
      kernels.values.set([0, 1, 0, 0]);
      bits[0] = nan;
      kernels.affine(3, 1, 0, 2, 1, 1, 1);
      expect(kernels.values[3]).toBeNaN();
    }
  });

  describe.each([1, 2, 17, 31, 33, 300])('with a depth of %i', (k) => {
    it.each([NaN, Infinity])('confines a %d to its own row', (stray) => {
      const [m, n] = [37, 35];
      const poisoned = 18;
      const A = normals(m * k, 1).map((x, at) => (Math.floor(at / k) === poisoned ? stray : x));
      const kernels = createKernels({ numbers: m * k + k * n + n + m * n, indices: 0 }).withProductInputs('bfloat16');
      const [W, b] = [m * k, m * k + k * n];
      const Z = b + n;
      kernels.values.set([...A, ...normals(k * n, 2)]);
      kernels.affine(Z, W, 0, b, m, k, n);
      const rowsNotFinite = Array.from({ length: m }, (_, i) => i).filter(
        (i) => !kernels.values.subarray(Z + i * n, Z + (i + 1) * n).every(Number.isFinite),
      );
      expect(rowsNotFinite).toEqual([poisoned]);
    });
  });

  it('sums a bias and exact products exactly', () => {
    const kernels = createKernels({ numbers: 8, indices: 0 }).withProductInputs('bfloat16');
    const third = Math.fround(1 / 3);
    kernels.values.set([2, 3, 5, 7, third]);
    kernels.affine(5, 2, 0, 4, 1, 2, 1);
    expect(kernels.values[5]).toBe(Math.fround(31 + third));
    expect(toBfloat16(third)).not.toBe(third);
  });
}
