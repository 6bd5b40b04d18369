import { type CompiledKernel, type CompiledKernels, createCompiledBackend } from './compiled.ts';
import type { ArenaSize, CreateKernels } from './kernels.ts';

/** What the addon's `createArena` answers: memory, the byte offsets of its parts, and the functions that play a call and set the threads. */
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
  /** Those that this machine can run, the fastest first; never empty. */
  readonly instructionSets: readonly string[];
  /** The kernels' names; the position is the number that a call names it by. */
  readonly kernels: readonly string[];
  /** Throws RangeError when the memory is not to be had. */
  createArena(instructionSet: string, numbers: number, indices: number): NativeArena;
}

// Places in the arena's `call`: the kernel's number (afterwards what it returned), how many arguments, the arguments.
const KERNEL = 0;
const COUNT = 1;
const ARGUMENTS = 2;
const MAX_ARGUMENTS = 13;
/** THREADS_AT_MOST of the addon: more threads than cores only get in each other's way, but who knows the cores is not here. */
export const MAX_THREADS = 256;

const sameOffset = (offset: number): number => offset;

/**
 * The player compiled for this machine, in float32, with the fastest of its instruction sets or the one that is named. Its methods throw
 * RangeError for a matrix or an index that is not within the arena.
 */
export function createNativeKernels(addon: NativeAddon, instructionSet = addon.instructionSets[0]): CreateKernels {
  return ({ numbers, indices }: ArenaSize) => {
    const arena = addon.createArena(instructionSet, numbers, indices);
    return createCompiledBackend(
      'native',
      {
        values: new Float32Array(arena.buffer, arena.values, numbers),
        indices: new Int32Array(arena.buffer, arena.indices, indices),
      },
      kernelCallers(addon, arena),
      // The addon adds the offsets to its addresses itself, once it has checked them; NONE is an absent matrix there too.
      { pointer: sameOffset, optionalPointer: sameOffset, indexPointer: sameOffset },
      { maxThreads: MAX_THREADS, setThreads: arena.setThreads },
    );
  };
}

/**
 * Arguments go through memory that both sides see: a third of the time that it takes to hand over JavaScript's values one by one. They are
 * named, since a rest parameter makes an array a call: four fifths of the garbage of a small network's steps.
 */
function kernelCallers({ kernels }: NativeAddon, { buffer, call: offset, run }: NativeArena): CompiledKernels {
  const call = new Float64Array(buffer, offset, ARGUMENTS + MAX_ARGUMENTS);
  const callerOf = (kernel: number): CompiledKernel =>
    function callKernel(a, b, c, d, e, f, g, h, i, j, k, l, m) {
      call[KERNEL] = kernel;
      // biome-ignore lint/complexity/noArguments: the count alone is read, for which no array is made.
      call[COUNT] = arguments.length;
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
      run();
      return call[KERNEL];
    };
  return Object.fromEntries(kernels.map((name, kernel) => [name, callerOf(kernel)])) as CompiledKernels;
}
