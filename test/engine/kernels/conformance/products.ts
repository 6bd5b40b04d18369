import fc from 'fast-check';
import { describe, it } from 'vitest';
import { type CreateKernels, PRODUCT_INPUTS, type ProductInputs } from '../../../../src/engine/kernels/kernels.ts';
import { type Arrangement, expectConformance, roundingOfSums } from '../arrangement.ts';
import { normals, SIZES } from '../numbers.ts';

export interface Shape {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

type MakeArrangement = (shape: Shape) => Arrangement;

const affine: MakeArrangement = ({ m, k, n }) => ({
  matrices: { W: normals(k * n, 1), A: normals(m * k, 2), b: normals(n, 3), Z: normals(m * n, 4) },
  writes: ['Z'],
  call: (kernels, at) => kernels.affine(at.Z, at.W, at.A, at.b, m, k, n),
});

const weightGradient: MakeArrangement = ({ m, k, n }) => ({
  matrices: { dZ: normals(m * n, 1), A: normals(m * k, 2), dW: normals(k * n, 3) },
  writes: ['dW'],
  call: (kernels, at) => kernels.weightGradient(at.dW, at.dZ, at.A, m, k, n, 1 / m),
});

const inputGradient: MakeArrangement = ({ m, k, n }) => ({
  matrices: { W: normals(k * n, 1), dZ: normals(m * n, 2), dA: normals(m * k, 3) },
  writes: ['dA'],
  call: (kernels, at) => kernels.inputGradient(at.dA, at.W, at.dZ, m, k, n),
});

/** The kernels that sum products, with the number of terms of each sum. */
const PRODUCTS: readonly { readonly name: string; readonly make: MakeArrangement; readonly terms: keyof Shape }[] = [
  { name: 'affine', make: affine, terms: 'k' },
  { name: 'weightGradient', make: weightGradient, terms: 'm' },
  { name: 'inputGradient', make: inputGradient, terms: 'n' },
];

/**
 * Shapes of real networks, with more rows, depth and columns than one block of a blocked product.
 */
export const BLOCKED: readonly Shape[] = [
  { m: 200, k: 300, n: 70 },
  { m: 300, k: 70, n: 530 },
  { m: 33, k: 1100, n: 12 },
  { m: 12, k: 30, n: 2100 },
  { m: 1, k: 784, n: 10 },
  { m: 256, k: 108, n: 2 },
  { m: 1000, k: 5, n: 1 },
];

/** The same call of a backend that rounds its product inputs. */
function withProductInputs(inputs: ProductInputs, arrangement: Arrangement): Arrangement {
  return { ...arrangement, call: (kernels, at) => arrangement.call(kernels.withProductInputs(inputs), at) };
}

const CASES = PRODUCT_INPUTS.flatMap((inputs) => PRODUCTS.map((product) => ({ ...product, inputs })));

/**
 * The matrix products of a layer. A product of two bfloat16 numbers is exact in float32 (8 bits
 * times 8 bits), so the bound of float32's sums applies to them too.
 */
export function conformInProducts(createKernels: CreateKernels): void {
  describe.each(CASES)('$name of $inputs', ({ make, terms, inputs }) => {
    function conforms(shape: Shape): void {
      const arrangement = withProductInputs(inputs, make(shape));
      expectConformance(createKernels, arrangement, roundingOfSums(arrangement, shape[terms]));
    }

    it.each(SIZES)('accepts %i as rows, inputs and units, alone and together', (size) => {
      for (const [m, k, n] of [
        [size, 6, 10],
        [6, size, 10],
        [6, 10, size],
        [size, size, size],
        [1, size, 1],
      ]) {
        conforms({ m, k, n });
      }
    });

    it.each(BLOCKED)('computes many blocks: m $m, k $k, n $n', conforms);

    it('accepts any shape', () => {
      const size = fc.integer({ min: 1, max: 70 });
      fc.assert(fc.property(fc.record({ m: size, k: size, n: size }), conforms), { numRuns: 60, seed: 1 });
    });
  });

  it.each(SIZES)('biasGradient sums the rows of %i units', (n) => {
    for (const m of [1, 2, 7, 64, 65, 200]) {
      const arrangement: Arrangement = {
        matrices: { dZ: normals(m * n, m), db: normals(n, 2) },
        writes: ['db'],
        call: (kernels, at) => kernels.biasGradient(at.db, at.dZ, m, n, 1 / m),
      };
      expectConformance(createKernels, arrangement, roundingOfSums(arrangement, m));
    }
  });
}
