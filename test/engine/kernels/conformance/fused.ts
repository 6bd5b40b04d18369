import { expect, it } from 'vitest';
import {
  ACTIVATIONS,
  type Activation,
  type CreateKernels,
  type Kernels,
  NONE,
  PRODUCT_INPUTS,
  type ProductInputs,
} from '../../../../src/engine/kernels/kernels.ts';
import { normals } from '../numbers.ts';
import { BLOCKED, type Shape } from './products.ts';

/** Offsets of a layer's matrices, without gaps. */
function offsets({ m, k, n }: Shape) {
  const X = k * n;
  const b = X + m * k;
  const Z = b + n;
  const A = Z + m * n;
  return { W: 0, X, b, Z, A, dA: A + m * n, dY: A + m * n + m * k, end: A + m * n + 2 * m * k };
}

type Run = (kernels: Kernels, at: ReturnType<typeof offsets>, shape: Shape) => void;

/**
 * Forward, once more onto the existing values, and backward; Z serves as the gradient, and X as the
 * output of the previous layer.
 */
const inOne =
  (activation: Activation): Run =>
  (kernels, { W, X, b, Z, A, dA, dY }, { m, k, n }) => {
    kernels.affineActivate(activation, A, Z, W, X, b, m, k, n);
    kernels.affineActivate(activation, A, A, W, X, NONE, m, k, n);
    kernels.inputGradientThrough(activation, dY, dA, W, Z, X, X, m, k, n);
  };

const apart =
  (activation: Activation): Run =>
  (kernels, { W, X, b, Z, A, dA, dY }, { m, k, n }) => {
    kernels.affine(Z, W, X, b, m, k, n);
    kernels.activate(activation, A, Z, m * n);
    kernels.affine(A, W, X, NONE, m, k, n);
    kernels.activate(activation, A, A, m * n);
    kernels.inputGradient(dA, W, Z, m, k, n);
    kernels.activationGradient(activation, dY, dA, X, X, m * k);
  };

const CASES = [
  ...ACTIVATIONS.map((activation) => ({ activation, inputs: 'float32' as const, shape: BLOCKED[1] })),
  ...PRODUCT_INPUTS.flatMap((inputs) => BLOCKED.map((shape) => ({ activation: 'gelu' as const, inputs, shape }))),
];

/** A product fused with its activation has the bits of both apart. */
export function conformWhenFused(createKernels: CreateKernels): void {
  function numbersAfter(run: Run, shape: Shape, inputs: ProductInputs): Buffer {
    const at = offsets(shape);
    const kernels = createKernels({ numbers: at.end, indices: 0 }).withProductInputs(inputs);
    kernels.values.set(normals(at.Z, 1));
    run(kernels, at, shape);
    const { buffer, byteOffset, byteLength } = kernels.values;
    return Buffer.from(buffer, byteOffset, byteLength);
  }

  it.each(CASES)(
    'have the same bits with $activation fused and separate: of $inputs, m $shape.m, k $shape.k, n $shape.n',
    ({ activation, shape, inputs }) => {
      const expected = numbersAfter(apart(activation), shape, inputs);
      expect(numbersAfter(inOne(activation), shape, inputs).equals(expected)).toBe(true);
    },
  );
}
