import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CreateKernels, type Kernels, PRODUCT_INPUTS } from '../../../../src/engine/kernels/kernels.ts';
import { type Arrangement, expectConformance, roundingOfSums } from '../arrangement.ts';
import { normals, SIZES } from '../numbers.ts';

interface Shape {
  readonly k: number;
  readonly n: number;
}

interface Gram {
  readonly name: string;
  /** Rows of the result, and terms of each of its sums. */
  readonly side: keyof Shape;
  readonly terms: keyof Shape;
  readonly call: (kernels: Kernels, A: number, X: number, shape: Shape) => void;
}

const GRAMS: readonly Gram[] = [
  {
    name: 'gramOfUnits',
    side: 'n',
    terms: 'k',
    call: (kernels, A, X, { k, n }) => kernels.gramOfUnits(A, X, k, n),
  },
  {
    name: 'gramOfInputs',
    side: 'k',
    terms: 'n',
    call: (kernels, A, X, { k, n }) => kernels.gramOfInputs(A, X, k, n),
  },
];

const CASES = PRODUCT_INPUTS.flatMap((inputs) => GRAMS.map((gram) => ({ ...gram, inputs })));

/** More depth, and more tiles on either side of the diagonal, than one block has. */
const BLOCKED: readonly Shape[] = [
  { k: 1100, n: 12 },
  { k: 12, n: 1100 },
  { k: 70, n: 330 },
  { k: 330, n: 70 },
];

/** More columns than a block has. */
const WIDE = 2100;

/** X Xᵀ and Xᵀ X, of which one triangle is computed. */
export function conformInGram(createKernels: CreateKernels): void {
  describe.each(CASES)('$name of $inputs', ({ side, terms, call, inputs }) => {
    function conforms(shape: Shape): void {
      const { k, n } = shape;
      const arrangement: Arrangement = {
        matrices: { X: normals(k * n, 1), A: normals(shape[side] ** 2, 2) },
        writes: ['A'],
        call: (kernels, at) => call(kernels.withProductInputs(inputs), at.A, at.X, shape),
      };
      expectConformance(createKernels, arrangement, roundingOfSums(arrangement, shape[terms]));
    }

    it.each(SIZES)('accepts %i as inputs and units, alone and together', (size) => {
      for (const [k, n] of [
        [size, 6],
        [6, size],
        [size, size],
        [1, size],
        [size, 1],
      ]) {
        conforms({ k, n });
      }
    });

    it.each(BLOCKED.filter((shape) => shape[side] < 1000))('computes many blocks: k $k, n $n', conforms);

    it('accepts any shape', () => {
      const size = fc.integer({ min: 1, max: 140 });
      fc.assert(fc.property(fc.record({ k: size, n: size }), conforms), { numRuns: 30, seed: 1 });
    });

    it('computes a result of many blocks, the same on both sides of the diagonal', () => {
      const [A, X] = [0, WIDE ** 2];
      const kernels = createKernels({ numbers: X + WIDE, indices: 0 }).withProductInputs(inputs);
      const { values } = kernels;
      for (let e = 0; e < WIDE; e++) values[X + e] = (e % 15) - 7;
      call(kernels, A, X, { k: 1, n: 1, [side]: WIDE });
      let wrong = 0;
      for (let i = 0; i < WIDE; i++) {
        for (let j = 0; j < WIDE; j++) wrong += Number(values[A + i * WIDE + j] !== values[X + i] * values[X + j]);
      }
      expect(wrong).toBe(0);
    });

    it('has the same bits on both sides of the diagonal', () => {
      const [k, n] = [133, 147];
      const kernels = createKernels({ numbers: 2 * n * n, indices: 0 }).withProductInputs(inputs);
      kernels.values.set(normals(k * n, 3), n * n);
      const shape = { k, n };
      call(kernels, 0, n * n, shape);
      const s = shape[side];
      const A = kernels.values;
      const pairs = Array.from({ length: s * s }, (_, e) => [Math.floor(e / s), e % s] as const);
      expect(pairs.filter(([i, j]) => A[i * s + j] !== A[j * s + i])).toEqual([]);
    });
  });
}
