import type { Parameter } from '../../src/engine/memory/parameters.ts';
import type { NetworkSpec } from '../../src/engine/network/spec.ts';
import { createTrainer, type Trainer, type TrainerOptions } from '../../src/engine/network/trainer.ts';
import type { GoldenRun } from './goldenRun.ts';

/**
 * A trainer in the state in which the golden run starts: its network, its rows in order, its
 * initial parameters.
 */
export function goldenTrainer(
  run: GoldenRun,
  options: Pick<TrainerOptions, 'createKernels' | 'precision' | 'averaging'>,
): Trainer {
  const m = run.X.length;
  const trainer = createTrainer(networkOf(run), {
    batchSize: m,
    datasetRows: m,
    loss: run.loss,
    optimizer: run.optimizer,
    weighted: run.rowWeights !== undefined,
    clipGradientNorm: run.clipGradientNorm,
    l1: run.l1 ?? 0,
    l2: run.l2 ?? 0,
    seed: 1,
    ...options,
  });
  trainer.writeParameters(parametersOf(run.initial));
  trainer.load(0, { X: run.X.flat(), T: run.T.flat(), rowWeights: run.rowWeights ?? null });
  trainer.order(
    Int32Array.from(run.X, (_row, i) => i),
    false,
  );
  return trainer;
}

/** Runs steps of the golden run, all of them by default. Returns the mean loss before each. */
export function goldenLosses(trainer: Trainer, { X, steps }: GoldenRun, count = steps): readonly number[] {
  return Array.from({ length: count }, () => {
    const { sum, weight } = trainer.trainStep(0, X.length, trainer.learningRate);
    return sum / weight;
  });
}

function networkOf({ units, embedding, activations, normalization }: GoldenRun): NetworkSpec {
  const last = activations.length - 1;
  return {
    inputs: units[0],
    embedding: embedding ?? null,
    layers: activations.map((activation, index) => ({
      units: units[index + 1],
      activation,
      normalization: index === last ? null : normalization,
    })),
  };
}

function parametersOf(record: GoldenRun['initial']): readonly Parameter[] {
  return Object.entries(record).map(([key, rows]) => {
    const [, name, layer] = key.match(/^([A-Za-z]+)(\d+)$/) ?? [];
    const values = Float64Array.from(rows.flat());
    return {
      name,
      layer: Number(layer),
      shape: [rows.length, values.length / rows.length],
      values,
    };
  });
}
