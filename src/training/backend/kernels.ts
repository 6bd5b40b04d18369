import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '../../config/config.ts';
import type { CreateKernels, KernelsName } from '../../engine/kernels/kernels.ts';
import { MAX_THREADS } from '../../engine/kernels/native.ts';
import { createReferenceKernels } from '../../engine/kernels/reference/reference.ts';
import { createWasmKernels } from '../../engine/kernels/wasm.ts';
import { loadNativeKernels } from './nativeKernels.ts';

export type KernelsChoice = 'auto' | KernelsName;

/** A backend, and its description for the operator. */
export interface ChosenKernels {
  readonly createKernels: CreateKernels;
  /** Such as `native (avx2)`, or `wasm (no native: …)` with the reason. */
  readonly description: string;
  /** How many threads one training can use: `maxThreads` of its backends. */
  readonly maxThreads: number;
}

/** The output of `npm run build`, at the same path from `src` and `dist`. */
const WASM_FILE = fileURLToPath(new URL('../../../build/kernels.wasm', import.meta.url));

/**
 * The backend with that name; `auto` is the fastest that this machine supports. Throws
 * ConfigurationError if native kernels are requested but not available, and an Error if the build
 * has not made the wasm kernels.
 */
export function chooseKernels(choice: KernelsChoice, loadNative = loadNativeKernels): ChosenKernels {
  if (choice === 'reference') return { createKernels: createReferenceKernels, description: 'reference', maxThreads: 1 };
  if (choice === 'wasm') return { createKernels: loadWasmKernels(), description: 'wasm', maxThreads: 1 };
  const native = loadNative();
  if ('createKernels' in native) {
    const { createKernels, instructionSet, wrongSets } = native;
    const but =
      wrongSets.length > 0 ? `, because ${wrongSets.join(' and ')} produced wrong results on this machine` : '';
    return { createKernels, description: `native (${instructionSet}${but})`, maxThreads: MAX_THREADS };
  }
  if (choice === 'native') throw new ConfigurationError(`Native kernels are not available: ${native.missing}.`);
  return { createKernels: loadWasmKernels(), description: `wasm (no native: ${native.missing})`, maxThreads: 1 };
}

function loadWasmKernels(): CreateKernels {
  return createWasmKernels(new WebAssembly.Module(readFileSync(WASM_FILE)));
}
