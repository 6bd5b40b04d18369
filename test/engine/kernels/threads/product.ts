/** A thread that multiplies with the native kernels and posts the product. */
import { parentPort } from 'node:worker_threads';
import { createNativeKernels } from '../../../../src/engine/kernels/native.ts';
import { addon } from '../../addon.ts';
import { normals } from '../numbers.ts';

const m = 96;
const k = 300;
const n = 130;
const A = 0;
const W = m * k;
const b = W + k * n;
const Z = b + n;

/** Z (n, m) of the same numbers each time. */
export function multiplyOften(times: number): Float32Array {
  if (addon === null) throw new Error('there is no addon');
  const kernels = createNativeKernels(addon)({ numbers: Z + m * n, indices: 0 });
  kernels.values.set(normals(Z, 1));
  for (let i = 0; i < times; i++) kernels.affine(Z, W, A, b, m, k, n);
  return Float32Array.from(kernels.values.subarray(Z));
}

parentPort?.postMessage(multiplyOften(50));
