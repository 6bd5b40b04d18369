/** One training step with Adam, per shape and player: gather, forward, loss, backward, optimizer. One thread. */
import { readFileSync } from 'node:fs';
import type { CreateKernels } from '../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../src/engine/kernels/reference.ts';
import { createWasmKernels } from '../../src/engine/kernels/wasm.ts';
import { createGenerator } from '../../src/engine/random.ts';
import { createTrainer, type Trainer } from '../../src/engine/trainer.ts';
import { loadNativeKernels, type NativeKernels } from '../../src/training/nativeKernels.ts';
import type { Row } from './report.ts';

const SHAPES = [
  { shape: [14, 32, 16, 2], batch: 32 },
  { shape: [108, 256, 256, 2], batch: 256 },
  { shape: [784, 512, 256, 10], batch: 128 },
  { shape: [1024, 2048, 2048, 16], batch: 1024 },
] as const;
type Shape = (typeof SHAPES)[number];

interface Player {
  readonly kernels: string;
  readonly precision: 'float32' | 'float64';
  readonly createKernels: CreateKernels;
  /** Operations of the largest step that is timed. */
  readonly largestStep: number;
}

const wasm = new WebAssembly.Module(readFileSync(new URL('../../build/kernels.wasm', import.meta.url)));
const native = loadNativeKernels();
if ('missing' in native) console.log(`No native kernels are measured: ${native.missing}.`);

/** The native kernels, where they are to be had, and those that are always there. */
const PLAYERS: readonly Player[] = [
  ...('missing' in native ? [] : [nativePlayer(native)]),
  {
    kernels: 'wasm',
    precision: 'float32',
    createKernels: createWasmKernels(wasm),
    largestStep: Number.POSITIVE_INFINITY,
  },
  // The reference is there to be read: it is timed where that takes no minutes.
  { kernels: 'reference', precision: 'float64', createKernels: createReferenceKernels, largestStep: 1e9 },
];

function nativePlayer({ instructionSet, createKernels }: Exclude<NativeKernels, { readonly missing: string }>): Player {
  return {
    kernels: `native (${instructionSet})`,
    precision: 'float32',
    createKernels,
    largestStep: Number.POSITIVE_INFINITY,
  };
}

/** Steps are timed in rounds of at least this long, and the fastest round counts: others of the machine only ever slow one down. */
const ROUND_MS = 200;
const ROUNDS = 15;
/** Batches that the steps take turns with. */
const HELD_BATCHES = 8;

export async function benchSteps(): Promise<readonly Row[]> {
  return SHAPES.flatMap((shape) =>
    PLAYERS.filter(({ largestStep }) => operations(shape) <= largestStep).map(
      ({ kernels, precision, createKernels }): Row => {
        const milliseconds = millisecondsPerStep(shape, createKernels);
        return {
          shape: shape.shape,
          batch: shape.batch,
          kernels,
          precision,
          threads: 1,
          millisecondsPerStep: milliseconds,
          gigaflops: operations(shape) / milliseconds / 1e6,
        };
      },
    ),
  );
}

/** Floating-point operations of the products of one step: forward, by the weights, and (but for the first layer) by the inputs. */
function operations({ shape, batch }: Shape): number {
  const products = shape.slice(1).map((units, i) => units * shape[i] * (i === 0 ? 2 : 3));
  return 2 * batch * products.reduce((sum, product) => sum + product, 0);
}

function millisecondsPerStep({ shape, batch }: Shape, createKernels: CreateKernels): number {
  const trainer = trainerWithRows(shape, batch, createKernels);
  let taken = 0;
  const step = () => trainer.trainStep((taken++ % HELD_BATCHES) * batch, batch, 1e-3);
  const round = () => {
    const start = performance.now();
    let steps = 0;
    for (; performance.now() - start < ROUND_MS; steps++) step();
    return (performance.now() - start) / steps;
  };
  return Math.min(...Array.from({ length: ROUNDS }, round));
}

function trainerWithRows(shape: readonly number[], batch: number, createKernels: CreateKernels): Trainer {
  const [inputs, ...units] = shape;
  const classes = units[units.length - 1];
  const rows = HELD_BATCHES * batch;
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
