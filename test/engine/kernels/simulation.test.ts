/**
 * Vectors of 64 bytes with their tiles, and the instructions for pairs of bfloat16, on machines
 * without them: tests everything of AVX-512, AVX512-BF16 and AMX except the processor's own part.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createNativeKernels, type NativeAddon } from '../../../src/engine/kernels/native.ts';
import { agreesWithReference } from '../../../src/engine/kernels/selfCheck/selfCheck.ts';
import { buildNativeKernels } from '../../../tools/kernels/native.ts';
import { conformInBfloat16 } from './conformance/bfloat16.ts';
import { conform } from './conformance/conform.ts';
import { conformWhenFused } from './conformance/fused.ts';
import { conformInProducts } from './conformance/products.ts';
import { normals } from './numbers.ts';
import { SIMULATED_SETS, SIMULATED_UNITS } from './simulation/units.ts';

const target = fileURLToPath(new URL('../../../build/kernels.simulated.node', import.meta.url));
const build = await buildNativeKernels({ target, units: SIMULATED_UNITS, compiler: process.env.CXX });
if ('missing' in build) console.warn(`The simulated instruction sets are not tested: ${build.missing}.`);
// Null only where every test that needs it is skipped, but vitest evaluates it even then.
const addon = ('path' in build ? createRequire(import.meta.url)(build.path) : null) as NativeAddon;
const [avx512, ...setsOfPairs] = SIMULATED_SETS;

describe.skipIf('missing' in build)(`${avx512}, simulated`, () => {
  conform(createNativeKernels(addon, avx512));
});

describe.skipIf('missing' in build).each(setsOfPairs)('the products of %s, simulated', (set) => {
  const createKernels = createNativeKernels(addon, set);

  conformInProducts(createKernels);
  conformInBfloat16(createKernels);
  conformWhenFused(createKernels);

  it('agree with the reference', () => {
    expect(agreesWithReference(createKernels)).toBe(true);
  });

  it('give the same bits with several threads', () => {
    const [m, k, n] = [200, 700, 90];
    const [W, b] = [m * k, m * k + k * n];
    const Z = b + n;
    const multiply = (threads: number) => {
      const kernels = createKernels({ numbers: Z + m * n, indices: 0 }).withProductInputs('bfloat16');
      kernels.setThreads(threads);
      kernels.values.set(normals(Z, 1));
      kernels.affine(Z, W, 0, b, m, k, n);
      return kernels.values.subarray(Z);
    };
    expect(multiply(3)).toEqual(multiply(1));
  });
});
