import { describe, expect, it } from 'vitest';
import { type CreateKernels, NONE } from '../../../../src/engine/kernels/kernels.ts';
import { type Arrangement, expectConformance, roundingOfSums } from '../arrangement.ts';
import { normals, SIZES, wholeNumbers } from '../numbers.ts';

interface Shape {
  /** Examples, one-hot inputs, codes an example, units. */
  readonly m: number;
  readonly k: number;
  readonly c: number;
  readonly n: number;
}

const SHAPES: readonly Shape[] = [
  ...SIZES.flatMap((size) => [
    { m: 6, k: 5, c: 3, n: size },
    { m: size, k: 5, c: 2, n: 6 },
  ]),
  { m: 1, k: 1, c: 1, n: 1 },
  { m: 20, k: 3000, c: 2, n: 70 },
  { m: 300, k: 4, c: 9, n: 130 },
];

/** One number before the codes, so that they start at no cache line; every fifth names no input. */
function codesOf({ m, k, c }: Shape): number[] {
  return [99, ...wholeNumbers(m * c, k, 7).map((code, i) => (i % 5 === 3 ? -1 : code))];
}

/** Products with one-hot inputs. */
export function conformInOneHot(createKernels: CreateKernels): void {
  describe.each([
    { start: 'b', unknown: 'the rows of the unknown category' },
    { start: 'Z', unknown: 'nothing' },
  ])('addRows from $start, with $unknown for a code below 0', ({ start, unknown }) => {
    it.each(SHAPES)('m $m, k $k, c $c, n $n', (shape) => {
      const { m, k, c, n } = shape;
      const arrangement: Arrangement<'Z' | 'b' | 'E' | 'unknownCategory'> = {
        matrices: { Z: normals(m * n, 1), b: normals(n, 2), E: normals(k * n, 3), unknownCategory: normals(c * n, 4) },
        indices: codesOf(shape),
        writes: ['Z'],
        call: (kernels, at) =>
          kernels.addRows(
            at.Z,
            start === 'b' ? at.b : NONE,
            at.E,
            unknown === 'nothing' ? NONE : at.unknownCategory,
            1,
            m,
            k,
            c,
            n,
          ),
      };
      expectConformance(createKernels, arrangement, roundingOfSums(arrangement, c + 1));
    });
  });

  it.each(SHAPES)('rowGradient: m $m, k $k, c $c, n $n', (shape) => {
    const { m, k, c, n } = shape;
    const arrangement: Arrangement<'dE' | 'dZ'> = {
      matrices: { dE: normals(k * n, 1), dZ: normals(m * n, 2) },
      indices: codesOf(shape),
      writes: ['dE'],
      call: (kernels, at) => kernels.rowGradient(at.dE, at.dZ, 1, m, k, c, n, 1 / m),
    };
    expectConformance(createKernels, arrangement, roundingOfSums(arrangement, m * c));
  });

  it('rowGradient has the same bits for any division of the units', () => {
    const [m, k, c, n] = [50, 4, 3, 130];
    const dZ = normals(m * n, 1);
    const gradientOf = (first: number, count: number): number[] => {
      const kernels = createKernels({ numbers: (m + k) * count, indices: m * c });
      const part = dZ.filter((_number, e) => e % n >= first && e % n < first + count);
      kernels.values.set(part);
      kernels.indices.set(wholeNumbers(m * c, k, 7));
      kernels.rowGradient(m * count, 0, 0, m, k, c, count, 1 / 3);
      return Array.from(kernels.values.subarray(m * count));
    };
    const whole = gradientOf(0, n);
    for (const [first, count] of [
      [0, 64],
      [64, 66],
      [7, 1],
    ]) {
      expect(gradientOf(first, count)).toEqual(whole.filter((_number, e) => e % n >= first && e % n < first + count));
    }
  });

  it.each([1, 2, 5, 17])('gatherCodes copies rows of %i codes in any order, also twice', (c) => {
    const kernels = createKernels({ numbers: 0, indices: 4 + 3 * c + 4 * c });
    const source = wholeNumbers(3 * c, 1000, 5).map((code) => code - 1);
    kernels.indices.set([2, 0, 2, 1, ...source]);
    kernels.gatherCodes(4 + 3 * c, 4, 0, 4, c);
    const expected = [2, 0, 2, 1].flatMap((row) => source.slice(row * c, (row + 1) * c));
    expect(Array.from(kernels.indices)).toEqual([2, 0, 2, 1, ...source, ...expected]);
  });
}
