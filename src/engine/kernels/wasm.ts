import { type Arena, type CompiledKernels, createCompiledBackend } from './compiled.ts';
import type { ArenaSize, CreateKernels } from './kernels.ts';

type Exports = CompiledKernels & {
  readonly memory: WebAssembly.Memory;
  /** The first address after the module's own data. */
  readonly __heap_base: WebAssembly.Global<'i32'>;
  /**
   * Sets the addresses of `values` and `indices`, to which the kernels add the offsets that they
   * get.
   */
  readonly setArena: (values: number, indices: number) => void;
};

const PAGE_BYTES = 65536;
const MAX_MEMORY_BYTES = 2 ** 32;
/** A cache line. */
const ALIGNMENT = 64;
const NUMBER_BYTES = 4;
/**
 * Kernels read whole vectors: up to two vectors past the end of a matrix (READ_AHEAD in
 * cpp/simd.h).
 */
const READ_AHEAD_BYTES = 32;

/**
 * The backend compiled to WebAssembly, in float32. `tools/buildKernels.ts` makes `module`; each
 * backend has its own instance, and so its own memory. Creating one throws RangeError when arena
 * and module do not fit into 4 GiB, or the machine does not have the memory.
 */
export function createWasmKernels(module: WebAssembly.Module): CreateKernels {
  return (size) => {
    const kernels = new WebAssembly.Instance(module).exports as Exports;
    const arena = createArena(kernels, size);
    kernels.setArena(arena.values.byteOffset, arena.indices.byteOffset);
    return createCompiledBackend({ name: 'wasm', arena, kernels });
  };
}

/** Places the arena after the module's own data. */
function createArena({ memory, __heap_base }: Exports, size: ArenaSize): Arena {
  const values = align(__heap_base.value);
  const indices = align(values + size.numbers * NUMBER_BYTES + READ_AHEAD_BYTES);
  const bytes = indices + size.indices * NUMBER_BYTES;
  if (bytes > MAX_MEMORY_BYTES) {
    throw new RangeError(`The arena needs ${bytes} bytes; WebAssembly can address 4 GiB.`);
  }
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
  if (missing > 0) memory.grow(missing);
  return {
    values: new Float32Array(memory.buffer, values, size.numbers),
    indices: new Int32Array(memory.buffer, indices, size.indices),
  };
}

function align(address: number): number {
  return Math.ceil(address / ALIGNMENT) * ALIGNMENT;
}
