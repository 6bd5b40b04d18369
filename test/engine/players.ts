import { readFileSync } from 'node:fs';
import type { CreateKernels } from '../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../src/engine/kernels/reference.ts';
import { createWasmKernels } from '../../src/engine/kernels/wasm.ts';

interface Player {
  readonly name: string;
  readonly createKernels: CreateKernels;
  /** How far from float64's answer it may be, relative to the greatest number of the same kind. */
  readonly tolerance: number;
  /** How far a parameter may be that nothing but rounding errors moves, where the optimizer divides by the gradient's own size. */
  readonly driftTolerance: number;
}

const wasmModule = new WebAssembly.Module(readFileSync(new URL('../../build/kernels.wasm', import.meta.url)));

/** Every player that this machine has. */
export const PLAYERS: readonly Player[] = [
  { name: 'reference', createKernels: createReferenceKernels, tolerance: 1e-9, driftTolerance: 1e-6 },
  { name: 'wasm', createKernels: createWasmKernels(wasmModule), tolerance: 2e-4, driftTolerance: 0.1 },
];
