import { type CreateKernels, PRODUCT_INPUTS, type ProductInputs } from './kernels.ts';
import { createReferenceKernels } from './reference.ts';

// Odd, so that whole tiles, parts of tiles and parts of vectors are computed: m rows, k inputs, n units.
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
 * Far above the rounding of float32 in such sums (and above a Z that falls to the other side of a tie as it is rounded to bfloat16), far
 * below what a wrong instruction would do.
 */
const TOLERANCE: Readonly<Record<ProductInputs, number>> = { float32: 1e-4, bfloat16: 2e-2 };

/** Whether a player computes on this machine what the reference does, there and back through one small layer, in each precision. */
export function agreesWithReference(createKernels: CreateKernels): boolean {
  return PRODUCT_INPUTS.every((inputs) => {
    const expected = numbersAfterLayer(createReferenceKernels, inputs);
    const got = numbersAfterLayer(createKernels, inputs);
    return got.every((value, i) => Math.abs(value - expected[i]) <= TOLERANCE[inputs]);
  });
}

/** All that lies in the arena after it; Z serves as its own gradient. */
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
