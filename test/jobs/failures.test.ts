import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createWasmKernels } from '../../src/engine/kernels/wasm.ts';
import { threadFailure } from '../../src/jobs/failures.ts';

const wasm = new WebAssembly.Module(readFileSync(new URL('../../build/kernels.wasm', import.meta.url)));

it.each([
  ['a network beyond what WebAssembly can address', () => createWasmKernels(wasm)({ numbers: 2 ** 30, indices: 0 })],
  ['a table beyond the longest array', () => new Float64Array(2 ** 53 - 1)],
])('the failure for %s is out_of_memory', (_, allocate) => {
  expect(threadFailure(thrownBy(allocate)).code).toBe('out_of_memory');
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
