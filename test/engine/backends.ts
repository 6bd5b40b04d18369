import { readFileSync } from 'node:fs';
import type { CreateKernels } from '../../src/engine/kernels/kernels.ts';
import { createNativeKernels, type NativeAddon } from '../../src/engine/kernels/native.ts';
import { createReferenceKernels } from '../../src/engine/kernels/reference/reference.ts';
import { createWasmKernels } from '../../src/engine/kernels/wasm.ts';
import { addon } from './addon.ts';

interface Backend {
  readonly name: string;
  readonly createKernels: CreateKernels;
  /**
   * The maximum distance from the float64 result, relative to the largest number of the same kind.
   */
  readonly tolerance: number;
  /**
   * The same for a parameter that only rounding errors move, when the optimizer divides by the
   * magnitude of the gradient.
   */
  readonly driftTolerance: number;
}

const wasmModule = new WebAssembly.Module(readFileSync(new URL('../../build/kernels.wasm', import.meta.url)));

/** Backends in float32. */
const compiled = { tolerance: 2e-4, driftTolerance: 0.1 };

/** Every backend of this machine; the native one once for each instruction set. */
export const BACKENDS: readonly Backend[] = [
  { name: 'reference', createKernels: createReferenceKernels, tolerance: 1e-9, driftTolerance: 1e-6 },
  { name: 'wasm', createKernels: createWasmKernels(wasmModule), ...compiled },
  ...(addon === null ? [] : nativeBackends(addon)),
];

function nativeBackends(built: NativeAddon): readonly Backend[] {
  return built.instructionSets.map((set) => ({
    name: `native (${set})`,
    createKernels: createNativeKernels(built, set),
    ...compiled,
  }));
}
