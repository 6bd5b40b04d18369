import { describe, expect, it } from 'vitest';
import {
  ACTIVATIONS,
  type Activation,
  type CreateKernels,
  DERIVATIVE_FROM_OUTPUT,
  type Kernels,
} from '../../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/reference.ts';
import { expectConformance, ulps } from '../arrangement.ts';
import { EXTREMES, FINITE_EDGES, normals, SIZES } from '../numbers.ts';

/**
 * Below it, the product of z and a subnormal factor has lost digits: harmless, at numbers around
 * 1e-36.
 */
const SMALLEST = 2 ** -118;
const ORDINARY = [...normals(400, 1), ...normals(400, 2, 6), ...normals(200, 3, 40)];

/** The activations, forward and backward. */
export function conformInActivations(createKernels: CreateKernels): void {
  describe.each(ACTIVATIONS)('%s', (activation) => {
    it('is accurate to a few units in the last place, at the edges and beyond', () => {
      const Z = [...ORDINARY, ...FINITE_EDGES, ...EXTREMES];
      expectConformance(
        createKernels,
        {
          matrices: { Z, A: normals(Z.length, 4) },
          writes: ['A'],
          call: (kernels, at) => kernels.activate(activation, at.A, at.Z, Z.length),
        },
        ulps(4, SMALLEST),
      );
    });

    it.each(SIZES)('works in place on %i numbers', (count) => {
      expectConformance(
        createKernels,
        {
          matrices: { Z: normals(count, count) },
          writes: ['Z'],
          call: (kernels, at) => kernels.activate(activation, at.Z, at.Z, count),
        },
        ulps(4, SMALLEST),
      );
    });

    it('has the right derivative', () => {
      const Z = [...ORDINARY, ...FINITE_EDGES, NaN];
      const dA = Z.map(() => 1);
      // A is float32, so where the derivative follows from it (1 - A², say), its error is that of
      // numbers near 1.
      expectConformance(
        createKernels,
        {
          matrices: { Z, dA, A: activated(activation, Z), dZ: normals(Z.length, 5) },
          writes: ['dZ'],
          call: (kernels, at) => kernels.activationGradient(activation, at.dZ, at.dA, at.Z, at.A, Z.length),
        },
        ulps(4, 1),
      );
    });

    it.each(SIZES)('computes the gradient in place on %i numbers', (count) => {
      const Z = normals(count, count);
      expectConformance(
        createKernels,
        {
          matrices: { Z, dA: normals(count, 6), A: activated(activation, Z) },
          writes: ['dA'],
          call: (kernels, at) => kernels.activationGradient(activation, at.dA, at.dA, at.Z, at.A, count),
        },
        ulps(4, 4),
      );
    });
  });

  it.each(DERIVATIVE_FROM_OUTPUT)('%s has the same gradient bits from A alone as from Z', (activation) => {
    const count = ORDINARY.length + FINITE_EDGES.length + EXTREMES.length;
    const [Z, A, dA] = [0, count, 2 * count];
    const gradient = (from: number): Kernels['values'] => {
      const kernels = createKernels({ numbers: 3 * count, indices: 0 });
      kernels.values.set([...ORDINARY, ...FINITE_EDGES, ...EXTREMES]);
      kernels.activate(activation, A, Z, count);
      kernels.values.fill(1, dA);
      kernels.activationGradient(activation, dA, dA, from, A, count);
      return kernels.values.slice(dA);
    };
    expect(gradient(A)).toEqual(gradient(Z));
  });
}

function activated(activation: Activation, Z: readonly number[]): number[] {
  const kernels = createReferenceKernels({ numbers: Z.length, indices: 0 });
  kernels.values.set(Z);
  kernels.activate(activation, 0, 0, Z.length);
  return Array.from(kernels.values);
}
