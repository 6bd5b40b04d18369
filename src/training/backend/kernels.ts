import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '../../config/config.ts';
import type { CreateKernels, KernelsName } from '../../engine/kernels/kernels.ts';
import { MAX_THREADS } from '../../engine/kernels/native.ts';
import { createReferenceKernels } from '../../engine/kernels/reference.ts';
import { createWasmKernels } from '../../engine/kernels/wasm.ts';
import { loadNativeKernels } from './nativeKernels.ts';

export type KernelsChoice = 'auto' | KernelsName;

/** A backend, and its description for the operator. */
export interface ChosenKernels {
  readonly createKernels: CreateKernels;
  /** Such as `native (avx2)`, or `wasm (no native: …)` with the reason. */
  readonly description: string;
  /** How many threads one training can use: `maxThreads` of its players. */
  readonly maxThreads: number;
}

/** What `npm run build` compiles, beside `src` and `dist` alike. */
const WASM_FILE = fileURLToPath(new URL('../../../build/kernels.wasm', import.meta.url));

/**
 * The player of that name; `auto` is the fastest that this machine has. Throws ConfigurationError
 * when native is asked for and not to be had, and an Error when the build has not made the wasm
 * kernels.
 */
export function chooseKernels(choice: KernelsChoice, loadNative = loadNativeKernels): ChosenKernels {
  if (choice === 'reference') return { createKernels: createReferenceKernels, description: 'reference', maxThreads: 1 };
  if (choice === 'wasm') return { createKernels: loadWasmKernels(), description: 'wasm', maxThreads: 1 };
  const native = loadNative();
  if ('createKernels' in native) {
    const { createKernels, instructionSet, wrongSets } = native;
    const but = wrongSets.length > 0 ? `, as this machine computes wrongly with ${wrongSets.join(' and ')}` : '';
    return { createKernels, description: `native (${instructionSet}${but})`, maxThreads: MAX_THREADS };
  }
  if (choice === 'native') throw new ConfigurationError(`There are no native kernels: ${native.missing}.`);
  return { createKernels: loadWasmKernels(), description: `wasm (no native: ${native.missing})`, maxThreads: 1 };
}

function loadWasmKernels(): CreateKernels {
  return createWasmKernels(new WebAssembly.Module(readFileSync(WASM_FILE)));
}
