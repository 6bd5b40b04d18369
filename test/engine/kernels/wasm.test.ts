import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createWasmKernels } from '../../../src/engine/kernels/wasm.ts';

const module = new WebAssembly.Module(readFileSync(new URL('../../../build/kernels.wasm', import.meta.url)));
const createKernels = createWasmKernels(module);

describe('createWasmKernels', () => {
  it('gives each backend its own arena', () => {
    const one = createKernels({ numbers: 10, indices: 1 });
    const other = createKernels({ numbers: 10, indices: 1 });
    one.values.fill(1);
    expect(other.values.every((x) => x === 0)).toBe(true);
  });

  it('starts the arena at a cache line', () => {
    expect(createKernels({ numbers: 10, indices: 1 }).values.byteOffset % 64).toBe(0);
  });

  it('works beyond 2 GiB, where an address is not a positive 32-bit integer', () => {
    const numbers = 2 ** 29 + 2 ** 20;
    const kernels = createKernels({ numbers, indices: 4 });
    kernels.values.set([1, 2, 3], numbers - 6);
    kernels.indices.set([0]);
    kernels.gatherRows(numbers - 3, numbers - 6, 0, 1, 3);
    expect(Array.from(kernels.values.subarray(numbers - 3))).toEqual([1, 2, 3]);
  });

  it('rejects an arena that does not fit into 4 GiB', () => {
    expect(() => createKernels({ numbers: 2 ** 30, indices: 0 })).toThrow(RangeError);
  });
});
