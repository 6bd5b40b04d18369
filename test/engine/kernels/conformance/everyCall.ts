import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { CreateKernels } from '../../../../src/engine/kernels/kernels.ts';
import { type Arrangement, expectConformance, relativeTo } from '../arrangement.ts';
import { arrange, arrangeInPlace, type KernelCall } from '../calls/call.ts';
import { CALLS } from '../calls/calls.ts';

/** Sums of dozens of terms of a few units; other tests check how exact each kernel must be. */
const CLOSE = relativeTo(10, 2e-5);

/** More than a tile of any backend, and no multiple of a vector. */
const SIZES = { m: 13, k: 19, n: 37, c: 3, count: 67 };

const SPECIALS = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** Class indices are checked before they are read. */
const CLASS_NUMBERS = 'T';

/** Checks for every kernel. */
export function conformInEveryCall(createKernels: CreateKernels): void {
  describe.each(CALLS)('$name', (call) => {
    it('accepts any sizes at any offsets, in place where it may', () => {
      const size = fc.integer({ min: 1, max: 40 });
      const sizes = fc.record({ m: size, k: size, n: size, c: size, count: fc.integer({ min: 1, max: 300 }) });
      const gap = fc.integer({ min: 0, max: 17 });
      const conforms = (...[at, between]: [typeof SIZES, number]): void => {
        for (const arrangement of arrangements(call, at)) {
          expectConformance(createKernels, { ...arrangement, gap: between }, CLOSE);
        }
      };
      fc.assert(fc.property(sizes, gap, conforms), { numRuns: 20, seed: 1 });
    });

    const names = Object.keys(call.matrices).filter((name) => name !== CLASS_NUMBERS || !call.name.startsWith('cross'));
    it.each(names)('propagates NaN and infinities in %s as IEEE 754 specifies', (name) => {
      for (const special of SPECIALS) {
        for (const arrangement of arrangements(call, SIZES)) {
          const matrix = arrangement.matrices[name] ?? [];
          for (const position of [0, Math.floor(matrix.length / 2), matrix.length - 1]) {
            expectConformance(createKernels, withSpecial(arrangement, name, position, special), CLOSE);
          }
        }
      }
    });
  });
}

/** With its results apart, then in place of its input. */
function arrangements(call: KernelCall, sizes: typeof SIZES): readonly Arrangement[] {
  const inPlace = arrangeInPlace(call, sizes);
  return inPlace === null ? [arrange(call, sizes)] : [arrange(call, sizes), inPlace];
}

function withSpecial(arrangement: Arrangement, name: string, position: number, special: number): Arrangement {
  const matrix = arrangement.matrices[name];
  if (matrix === undefined) return arrangement;
  return { ...arrangement, matrices: { ...arrangement.matrices, [name]: matrix.with(position, special) } };
}
