import type { CreateKernels, Kernels } from './kernels.ts';
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
/** Far above the rounding of float32 in such sums, far below what a wrong instruction would do. */
const TOLERANCE = 1e-4;

/** Whether a player computes on this machine what the reference does, there and back through one small layer. */
export function agreesWithReference(createKernels: CreateKernels): boolean {
  const expected = numbersAfterLayer(createReferenceKernels);
  const got = numbersAfterLayer(createKernels);
  return got.every((value, i) => Math.abs(value - expected[i]) <= TOLERANCE);
}

/** All that lies in the arena after it; Z serves as its own gradient. */
function numbersAfterLayer(createKernels: CreateKernels): readonly number[] {
  const kernels: Kernels = createKernels({ numbers: NUMBERS, indices: 0 });
  for (let i = 0; i < Z; i++) kernels.values[i] = Math.sin(i);
  kernels.affine(Z, W, A, b, m, k, n);
  kernels.activate('tanh', Z, Z, m * n);
  kernels.weightGradient(dW, Z, A, m, k, n, 1 / m);
  kernels.biasGradient(b, Z, m, n, 1 / m);
  kernels.inputGradient(A, W, Z, m, k, n);
  return Array.from(kernels.values);
}
