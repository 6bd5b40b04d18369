import type { CreateKernels } from '../../src/engine/kernels/kernels.ts';
import { createTrainer, type Trainer } from '../../src/engine/network/trainer.ts';
import { createGenerator } from '../../src/engine/random.ts';
import { networkOf, SETTINGS, type Shape } from './shapes.ts';

const { roundMs, rounds, loadedBatches } = SETTINGS;

/** The backend of a step, and its settings. */
export interface StepBackend {
  readonly createKernels: CreateKernels;
  /** Of the inputs of products; float64 is that of the reference. */
  readonly precision: 'float32' | 'bfloat16' | 'float64';
  readonly threads: number;
}

/** Milliseconds per step of every round, after a warm-up round. */
export function millisecondsOfRounds(shape: Shape, backend: StepBackend): readonly number[] {
  const round = stepping(shape, backend);
  round();
  return Array.from({ length: rounds }, round);
}

/** A training whose rounds of steps return the milliseconds per step. */
export function stepping(shape: Shape, backend: StepBackend): () => number {
  const { batch } = shape;
  const trainer = trainerWithRows(shape, backend);
  let stepCount = 0;
  const step = () => trainer.trainStep((stepCount++ % loadedBatches) * batch, batch, 1e-3);
  return () => {
    const start = performance.now();
    let steps = 0;
    for (; performance.now() - start < roundMs; steps++) step();
    return (performance.now() - start) / steps;
  };
}

function trainerWithRows(
  { shape, batch, optimizer = 'adam' }: Shape,
  { createKernels, precision, threads }: StepBackend,
): Trainer {
  const inputs = shape[0];
  const classes = shape[shape.length - 1];
  const rows = loadedBatches * batch;
  const trainer = createTrainer(networkOf(shape), {
    createKernels: (size) => {
      const kernels = createKernels(size);
      kernels.setThreads(threads);
      return kernels;
    },
    precision: precision === 'bfloat16' ? 'bfloat16' : 'float32',
    batchSize: batch,
    datasetRows: rows,
    loss: { type: 'crossEntropy' },
    optimizer: { type: optimizer },
    seed: 1,
  });
  const { normal, integer } = createGenerator(2);
  trainer.load(0, {
    X: Float32Array.from({ length: rows * inputs }, normal),
    T: Float32Array.from({ length: rows }, () => integer(classes)),
  });
  trainer.order(
    Int32Array.from({ length: rows }, (_, i) => i),
    true,
  );
  return trainer;
}
