import { describe, expect, it } from 'vitest';
import type { CreateKernels, Kernels } from '../../../../src/engine/kernels/kernels.ts';
import { type Arrangement, expectConformance, type Tolerance } from '../arrangement.ts';
import { normals, SIZES, uniforms } from '../numbers.ts';

/** A float32 of 1/2 turn has this error in radians, and the polynomial as much again. */
const CLOSE_TO_COSINE = 1e-6;

/** The edges of one input with three bins. */
const EDGES = [-1, 0, 0.5, 2].map(Math.fround);

interface CosineCase {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly b: readonly number[];
}

/** The cosines of one input, by the backend: E without its first number, with s = 1 and t = 0. */
function cosinesOf(createKernels: CreateKernels, { x, w, b }: CosineCase): readonly number[] {
  const [m, waves] = [x.length, w.length];
  const d = waves + 1;
  const [X, W, B, S, T] = [0, m, m + waves, m + 2 * waves, m + 2 * waves + d];
  const E = T + d;
  const kernels = createKernels({ numbers: E + m * d, indices: 0 });
  kernels.values.set([...x, ...w, ...b]);
  kernels.values.fill(1, S, S + d);
  kernels.cosine(E, X, W, B, S, T, m, 0, 1, d);
  return x.flatMap((_x, i) => Array.from(kernels.values.subarray(E + i * d + 1, E + (i + 1) * d)));
}

/** The same by Math.cos of the whole phase, in float64. */
function expectedCosines({ x, w, b }: CosineCase): readonly number[] {
  return x.flatMap((number) => w.map((frequency, c) => Math.cos(2 * Math.PI * (frequency * number + b[c]))));
}

function expectCosines(createKernels: CreateKernels, given: CosineCase): void {
  const expected = expectedCosines(given);
  const errors = cosinesOf(createKernels, given).map((cosine, e) => Math.abs(cosine - expected[e]));
  expect(Math.max(...errors)).toBeLessThan(CLOSE_TO_COSINE);
}

/** Embeddings of numbers. */
export function conformInEmbeddings(createKernels: CreateKernels): void {
  describe('cosine', () => {
    it.each(SIZES)('is exact for %i frequencies of scale 10 at the ends of the inputs', (waves) => {
      const w = normals(waves, waves, 10).map((number) => Math.max(-30, Math.min(30, number)));
      const b = normals(waves, 2);
      const x = [5.2, -5.2, 5.199, 0, 1e-20, ...normals(7, 3, 2)].map(Math.fround);
      expectCosines(createKernels, { x, w, b });
    });

    it('is exact around every quarter of a turn, and after hundreds of turns', () => {
      const near = [0, 1e-7, -1e-7, 3e-4].flatMap((off) => [0, 0.25, 0.5, 0.75, 1].map((turn) => turn + off));
      const b = [...near, ...near.map((turn) => turn + 700), ...near.map((turn) => -turn - 156)].map(Math.fround);
      expectCosines(createKernels, { x: [0, 1, -1], w: b.map(() => 0), b });
    });

    it('counts a phase without digits after the point as a whole number of turns', () => {
      const w = [2 ** 60, -(2 ** 80), 3e38];
      expect(cosinesOf(createKernels, { x: [3, -5], w, b: [0, 0, 0] })).toEqual([1, 1, 1, 1, 1, 1]);
    });

    it('has the sums of 100,000 examples within the rounding of one', () => {
      const [m, d] = [100_000, 5];
      const arrangement: Arrangement<'dw' | 'db' | 'ds' | 'dt' | 'dE' | 'X' | 'w' | 'b' | 's'> = {
        matrices: {
          dw: normals(d - 1, 1),
          db: normals(d - 1, 1),
          ds: normals(d, 1),
          dt: normals(d, 1),
          dE: uniforms(m * d, 4),
          X: normals(m, 5),
          w: normals(d - 1, 6, 0.1),
          b: normals(d - 1, 7),
          s: normals(d, 8),
        },
        writes: ['dw', 'db', 'ds', 'dt'],
        call: (kernels, { dw, db, ds, dt, dE, X, w, b, s }) =>
          kernels.cosineGradient(...([dw, db, ds, dt, dE, X, w, b, s] as const), m, 0, 1, d, 1 / m),
      };
      const closeToMean: Tolerance = () => 1e-6;
      expectConformance(createKernels, arrangement, closeToMean);
    });
  });

  describe('piecewiseLinear', () => {
    const embed = (kernels: Kernels, x: number): number => {
      // One number for each bin; the line is 10 x + 100.
      kernels.values.set([x, ...EDGES, 10, 100, 1, 2, 4]);
      kernels.indices.set([0, 3]);
      kernels.piecewiseLinear(13, 0, 1, 0, 5, 6, 7, 10, 1, 0, 1, 1, 3);
      return kernels.values[13];
    };

    it.each([
      [-3, -2],
      [-1, 0],
      [-0.25, 0.75],
      [0, 1],
      [0.25, 2],
      [0.5, 3],
      [1.25, 5],
      [2, 7],
      [5, 15],
    ])('of %f extends the outer bins beyond the edges', (x, bend) => {
      const kernels = createKernels({ numbers: 14, indices: 2 });
      expect(embed(kernels, x)).toBeCloseTo(10 * x + 100 + bend, 4);
    });

    it('ignores what a bin above has', () => {
      const kernels = createKernels({ numbers: 14, indices: 2 });
      kernels.values.set([-0.5, ...EDGES, 0, 0, 2, Number.NaN, Infinity]);
      kernels.indices.set([0, 3]);
      kernels.piecewiseLinear(13, 0, 1, 0, 5, 6, 7, 10, 1, 0, 1, 1, 3);
      expect(kernels.values[13]).toBe(1);
    });
  });
}
