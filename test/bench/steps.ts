/** One training step with Adam, per shape and player, ours and others': gather, forward, loss, backward, optimizer. */
import { readFileSync } from 'node:fs';
import type { CreateKernels } from '../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../src/engine/kernels/reference.ts';
import { createWasmKernels } from '../../src/engine/kernels/wasm.ts';
import { createGenerator } from '../../src/engine/random.ts';
import { createTrainer, type Trainer } from '../../src/engine/trainer.ts';
import { loadNativeKernels, type NativeKernels } from '../../src/training/nativeKernels.ts';
import { nativePeak, wasmPeak } from './peak.ts';
import { timePeers } from './peers.ts';
import type { Row } from './report.ts';
import { operations, SETTINGS, SHAPES, type Shape } from './shapes.ts';
import { type StepRow, stepRow, timesOurs } from './stepRow.ts';

const { roundMs, rounds, heldBatches } = SETTINGS;

interface Player {
  readonly kernels: string;
  readonly precision: 'float32' | 'float64';
  readonly createKernels: CreateKernels;
  /** Operations of the largest step that is timed. */
  readonly largestStep: number;
  /** GFLOP/s of one core, as measured just now; null where that is not known. */
  readonly peak: number | null;
}

type FoundNative = Exclude<NativeKernels, { readonly missing: string }>;

/** One row a shape and player, then the peers' with how many times our best time they take. */
export async function benchSteps(): Promise<readonly Row[]> {
  const players = await findPlayers();
  const ours = SHAPES.flatMap((shape) =>
    players.filter(({ largestStep }) => operations(shape) <= largestStep).map((player) => timePlayer(shape, player)),
  );
  for (const { kernels, peak } of players)
    if (peak) console.log(`Peak of one core, ${kernels}: ${peak.toFixed(1)} GFLOP/s`);
  const peak = players.find(({ kernels }) => kernels.startsWith('native'))?.peak ?? null;
  return [...ours, ...timePeers(peak).map((row) => ({ ...row, timesOurs: timesOurs(row, ours) }))];
}

/** The native kernels, where they are to be had, and those that are always there. */
async function findPlayers(): Promise<readonly Player[]> {
  const wasm = new WebAssembly.Module(readFileSync(new URL('../../build/kernels.wasm', import.meta.url)));
  const native = loadNativeKernels();
  if ('missing' in native) console.log(`No native kernels are measured: ${native.missing}.`);
  return [
    ...('missing' in native ? [] : [await nativePlayer(native)]),
    {
      kernels: 'wasm',
      precision: 'float32',
      createKernels: createWasmKernels(wasm),
      largestStep: Number.POSITIVE_INFINITY,
      peak: await wasmPeak(),
    },
    // The reference is there to be read: it is timed where that takes no minutes.
    {
      kernels: 'reference',
      precision: 'float64',
      createKernels: createReferenceKernels,
      largestStep: 1e9,
      peak: null,
    },
  ];
}

async function nativePlayer({ instructionSet, createKernels }: FoundNative): Promise<Player> {
  return {
    kernels: `native (${instructionSet})`,
    precision: 'float32',
    createKernels,
    largestStep: Number.POSITIVE_INFINITY,
    peak: await nativePeak(instructionSet),
  };
}

function timePlayer(shape: Shape, { kernels, precision, createKernels, peak }: Player): StepRow {
  const milliseconds = millisecondsPerStep(shape, createKernels);
  return stepRow(shape, { kernels, precision, threads: 1, milliseconds, peak });
}

function millisecondsPerStep({ shape, batch }: Shape, createKernels: CreateKernels): number {
  const trainer = trainerWithRows(shape, batch, createKernels);
  let taken = 0;
  const step = () => trainer.trainStep((taken++ % heldBatches) * batch, batch, 1e-3);
  const round = () => {
    const start = performance.now();
    let steps = 0;
    for (; performance.now() - start < roundMs; steps++) step();
    return (performance.now() - start) / steps;
  };
  return Math.min(...Array.from({ length: rounds }, round));
}

function trainerWithRows(shape: readonly number[], batch: number, createKernels: CreateKernels): Trainer {
  const [inputs, ...units] = shape;
  const classes = units[units.length - 1];
  const rows = heldBatches * batch;
  const layers = units.map((count, i) => ({
    units: count,
    activation: i === units.length - 1 ? ('linear' as const) : ('relu' as const),
  }));
  const trainer = createTrainer(
    { inputs, layers },
    {
      createKernels,
      batchSize: batch,
      heldRows: rows,
      loss: { type: 'crossEntropy' },
      optimizer: { type: 'adam' },
      seed: 1,
    },
  );
  const { normal, integer } = createGenerator(2);
  trainer.hold(0, {
    X: Float32Array.from({ length: rows * inputs }, normal),
    T: Float32Array.from({ length: rows }, () => integer(classes)),
  });
  trainer.order(
    Int32Array.from({ length: rows }, (_, i) => i),
    true,
  );
  return trainer;
}
