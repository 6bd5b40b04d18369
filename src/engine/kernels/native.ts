import { type CompiledKernel, type CompiledKernels, createCompiledBackend } from './compiled.ts';
import type { ArenaSize, CreateKernels } from './kernels.ts';
import { argumentsOf, type KernelName } from './signatures.ts';

/**
 * What the addon's `createArena` returns: the memory, the byte offsets of its parts, and the
 * functions that run a call and set the number of threads.
 */
interface NativeArena {
  readonly buffer: ArrayBuffer;
  readonly values: number;
  readonly indices: number;
  readonly call: number;
  readonly run: () => void;
  readonly setThreads: (count: number) => void;
}

/** What `build/kernels.node` exports (native/addon.cc). */
export interface NativeAddon {
  /** Instruction sets that this machine can run, the fastest first; never empty. */
  readonly instructionSets: readonly string[];
  /** Names of the kernels; a call refers to a kernel by its index. */
  readonly kernels: readonly KernelName[];
  /** Throws RangeError when the memory is not available. */
  createArena(instructionSet: string, numbers: number, indices: number): NativeArena;
}

// Positions in the arena's `call`: index of the kernel (afterwards its result), number of
// arguments, arguments.
const KERNEL = 0;
const COUNT = 1;
const ARGUMENTS = 2;
const MAX_ARGUMENTS = 14;
/**
 * MAX_THREADS of the addon. More threads than cores slow a training down; the caller knows the
 * cores.
 */
export const MAX_THREADS = 256;

/**
 * The backend compiled for this machine, in float32, with its fastest instruction set or the named
 * one. Its methods throw RangeError for a matrix or an index outside of the arena.
 */
export function createNativeKernels(addon: NativeAddon, instructionSet = addon.instructionSets[0]): CreateKernels {
  return ({ numbers, indices }: ArenaSize) => {
    const arena = addon.createArena(instructionSet, numbers, indices);
    return createCompiledBackend({
      name: 'native',
      arena: {
        values: new Float32Array(arena.buffer, arena.values, numbers),
        indices: new Int32Array(arena.buffer, arena.indices, indices),
      },
      kernels: kernelCallers(addon, arena),
      threads: { maxThreads: MAX_THREADS, setThreads: arena.setThreads },
    });
  };
}

/**
 * Arguments go through memory that both sides share, in a third of the time that N-API needs for
 * JavaScript values. They have names because a rest parameter allocates an array a call: four
 * fifths of the garbage of a small network's steps.
 */
function kernelCallers({ kernels }: NativeAddon, { buffer, call: offset, run }: NativeArena): CompiledKernels {
  const call = new Float64Array(buffer, offset, ARGUMENTS + MAX_ARGUMENTS);
  const callerOf = (kernel: number, count: number): CompiledKernel =>
    function callKernel(a, b, c, d, e, f, g, h, i, j, k, l, m, n) {
      call[KERNEL] = kernel;
      call[COUNT] = count;
      call[ARGUMENTS] = a;
      call[ARGUMENTS + 1] = b;
      call[ARGUMENTS + 2] = c;
      call[ARGUMENTS + 3] = d;
      call[ARGUMENTS + 4] = e;
      call[ARGUMENTS + 5] = f;
      call[ARGUMENTS + 6] = g;
      call[ARGUMENTS + 7] = h;
      call[ARGUMENTS + 8] = i;
      call[ARGUMENTS + 9] = j;
      call[ARGUMENTS + 10] = k;
      call[ARGUMENTS + 11] = l;
      call[ARGUMENTS + 12] = m;
      call[ARGUMENTS + 13] = n;
      run();
      return call[KERNEL];
    };
  return Object.fromEntries(
    kernels.map((name, kernel) => [name, callerOf(kernel, argumentsOf(name).length)]),
  ) as CompiledKernels;
}
