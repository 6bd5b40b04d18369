import { type Arena, type CompiledKernels, createCompiledBackend } from './compiled.ts';
import { type ArenaSize, type CreateKernels, type Kernels, NONE } from './kernels.ts';

type Exports = CompiledKernels & {
  readonly memory: WebAssembly.Memory;
  /** The first address after the module's own data. */
  readonly __heap_base: WebAssembly.Global<'i32'>;
};

const PAGE_BYTES = 65536;
const MAX_MEMORY_BYTES = 2 ** 32;
/** A cache line. */
const ALIGNMENT = 64;
const NUMBER_BYTES = 4;
/** The kernels read whole vectors, so up to two vectors past the end of a matrix (READ_AHEAD in cpp/simd.h). */
const READ_AHEAD_BYTES = 32;

/**
 * The player compiled to WebAssembly, in float32. `module` is what `tools/buildKernels.ts` makes; each player has an instance, and so a
 * memory, of its own. Creating one throws RangeError when arena and module do not fit into 4 GiB, or the machine has no such memory.
 */
export function createWasmKernels(module: WebAssembly.Module): CreateKernels {
  return (size) => {
    const exports = new WebAssembly.Instance(module).exports as Exports;
    return createBackend(exports, createArena(exports, size));
  };
}

/** Matrices are addresses in bytes, 0 an absent one. */
function createBackend(kernels: Exports, arena: Arena): Kernels {
  const values = arena.values.byteOffset;
  const indices = arena.indices.byteOffset;
  const pointer = (offset: number): number => values + offset * NUMBER_BYTES;
  return createCompiledBackend('wasm', arena, kernels, {
    pointer,
    optionalPointer: (offset) => (offset === NONE ? 0 : pointer(offset)),
    indexPointer: (offset) => indices + offset * NUMBER_BYTES,
  });
}

/** Lays the arena behind the module's own data. */
function createArena({ memory, __heap_base }: Exports, size: ArenaSize): Arena {
  const values = align(__heap_base.value);
  const indices = align(values + size.numbers * NUMBER_BYTES + READ_AHEAD_BYTES);
  const bytes = indices + size.indices * NUMBER_BYTES;
  if (bytes > MAX_MEMORY_BYTES) {
    throw new RangeError(`an arena of ${bytes} bytes is above the 4 GiB that WebAssembly can address`);
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
