import { type CreateKernels, PRODUCT_INPUTS, type ProductInputs } from '../kernels.ts';
import { createReferenceKernels } from '../reference/reference.ts';

// Odd sizes, so that whole tiles, partial tiles and partial vectors occur: m rows, k inputs, n
// units.
const m = 13;
const k = 19;
const n = 37;
const W = 0;
const A = W + k * n;
const b = A + m * k;
const Z = b + n;
const dW = Z + m * n;
const NUMBERS = dW + k * n;
/**
 * Far above the rounding of float32 in such sums (and above a Z that rounds to the other side of a
 * bfloat16 tie), far below the effect of a wrong instruction.
 */
const TOLERANCE: Readonly<Record<ProductInputs, number>> = { float32: 1e-4, bfloat16: 2e-2 };

/**
 * Whether a backend computes the same as the reference on this machine: the forward and backward
 * pass of a small layer, in each precision.
 */
export function agreesWithReference(createKernels: CreateKernels): boolean {
  return PRODUCT_INPUTS.every((inputs) => {
    const expected = numbersAfterLayer(createReferenceKernels, inputs);
    const got = numbersAfterLayer(createKernels, inputs);
    return got.every((value, i) => Math.abs(value - expected[i]) <= TOLERANCE[inputs]);
  });
}

/** All values of the arena afterwards; Z serves as its own gradient. */
function numbersAfterLayer(createKernels: CreateKernels, inputs: ProductInputs): readonly number[] {
  const kernels = createKernels({ numbers: NUMBERS, indices: 0 }).withProductInputs(inputs);
  for (let i = 0; i < Z; i++) kernels.values[i] = Math.sin(i);
  kernels.affine(Z, W, A, b, m, k, n);
  kernels.activate('tanh', Z, Z, m * n);
  kernels.weightGradient(dW, Z, A, m, k, n, 1 / m);
  kernels.biasGradient(b, Z, m, n, 1 / m);
  kernels.inputGradient(A, W, Z, m, k, n);
  return Array.from(kernels.values);
}
