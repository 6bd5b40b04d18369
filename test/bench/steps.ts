/**
 * One training step with Adam, AdamW or Muon, for each shape and backend, ours and peers': gather,
 * forward, loss, backward, optimizer.
 */
import { readFileSync } from 'node:fs';
import { createReferenceKernels } from '../../src/engine/kernels/reference/reference.ts';
import { createWasmKernels } from '../../src/engine/kernels/wasm.ts';
import { loadNativeKernels, type NativeKernels } from '../../src/training/backend/nativeKernels.ts';
import { coreToCoreNanoseconds } from './coreToCore.ts';
import { nativePeak, type Precision, wasmPeak } from './peak.ts';
import { THREAD_COUNTS, timePeers } from './peers.ts';
import type { Row } from './report.ts';
import { timesOf } from './rounds.ts';
import type { BenchOptions } from './sections.ts';
import { operations, type Shape, STEP_SHAPES } from './shapes.ts';
import { type StepRow, stepRow, timesOurs } from './stepRow.ts';
import { millisecondsOfRounds, type StepBackend } from './stepTime.ts';

interface TimedBackend extends StepBackend {
  readonly program: string;
  /** Operations of the largest step that is timed. */
  readonly largestStep: number;
  /** GFLOP/s of one core in the backend's precision, as measured just now; null if unknown. */
  readonly peak: number | null;
}

type FoundNative = Exclude<NativeKernels, { readonly missing: string }>;

/** One row for each shape and backend, then the peers' with their ratio to our best time. */
export async function benchSteps({ tfjs }: BenchOptions): Promise<readonly Row[]> {
  const backends = await findBackends();
  const ours: StepRow[] = [];
  for (const shape of STEP_SHAPES) {
    const fit = backends.filter(({ largestStep }) => operations(shape) <= largestStep);
    for (const backend of fit) ours.push(await timeBackend(shape, backend));
  }
  const peak = backends[0].peak;
  return [...ours, ...timePeers({ peak, tfjs }).map((row) => ({ ...row, timesOurs: timesOurs(row, ours) }))];
}

/** The native kernels, if available, and those that always are; the fastest first. */
async function findBackends(): Promise<readonly TimedBackend[]> {
  const native = loadNativeKernels();
  if ('missing' in native) console.log(`No native kernels are measured: ${native.missing}.`);
  return [...('missing' in native ? [] : await nativeBackends(native)), await wasmBackend(), REFERENCE];
}

async function nativeBackends({ instructionSet, createKernels }: FoundNative): Promise<readonly TimedBackend[]> {
  const program = `native (${instructionSet})`;
  const alike = { program, createKernels, largestStep: Number.POSITIVE_INFINITY };
  const peak = await peakOf(program, instructionSet, 'float32');
  // Without instructions for bfloat16, its products use those of float32.
  const bfloat16Peak = (await peakOf(program, instructionSet, 'bfloat16')) ?? (instructionSet === 'amx' ? null : peak);
  return [
    ...THREAD_COUNTS.map((threads): TimedBackend => ({ ...alike, precision: 'float32', threads, peak })),
    { ...alike, precision: 'bfloat16', threads: 1, peak: bfloat16Peak },
  ];
}

async function peakOf(program: string, instructionSet: string, precision: Precision): Promise<number | null> {
  const peak = await nativePeak(instructionSet, precision);
  if (peak) console.log(`Peak of one core, ${program}, ${precision}: ${peak.toFixed(1)} GFLOP/s`);
  return peak;
}

async function wasmBackend(): Promise<TimedBackend> {
  const wasm = new WebAssembly.Module(readFileSync(new URL('../../build/kernels.wasm', import.meta.url)));
  const peak = await wasmPeak();
  console.log(`Peak of one core, wasm: ${peak.toFixed(1)} GFLOP/s`);
  return {
    program: 'wasm',
    precision: 'float32',
    threads: 1,
    createKernels: createWasmKernels(wasm),
    largestStep: Number.POSITIVE_INFINITY,
    peak,
  };
}

/** Written for readability. Only steps that it finishes in seconds are timed. */
const REFERENCE: TimedBackend = {
  program: 'reference',
  precision: 'float64',
  threads: 1,
  createKernels: createReferenceKernels,
  largestStep: 1e9,
  peak: null,
};

async function timeBackend(shape: Shape, backend: TimedBackend): Promise<StepRow> {
  const { program, precision, threads, peak } = backend;
  const times = timesOf(millisecondsOfRounds(shape, backend));
  const betweenNs = threads > 1 ? await coreToCoreNanoseconds() : null;
  return stepRow(shape, { program, precision, threads, times, peak, betweenNs });
}
