import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CreateKernels, KernelsName } from '../engine/kernels/kernels.ts';
import { createReferenceKernels } from '../engine/kernels/reference.ts';
import { createWasmKernels } from '../engine/kernels/wasm.ts';

export type KernelsChoice = 'auto' | Exclude<KernelsName, 'native'>;

/** What `npm run build` compiles, beside `src` and `dist` alike. */
const WASM_FILE = fileURLToPath(new URL('../../build/kernels.wasm', import.meta.url));

let wasm: CreateKernels | undefined;

/** The player of that name; `auto` is the fastest there is. Throws when the build has not made it. */
export function chooseKernels(choice: KernelsChoice): CreateKernels {
  return choice === 'reference' ? createReferenceKernels : wasmKernels();
}

/** Compiled once in each thread. */
function wasmKernels(): CreateKernels {
  wasm ??= createWasmKernels(new WebAssembly.Module(readFileSync(WASM_FILE)));
  return wasm;
}
