import type { CreateKernels } from '../../engine/kernels/kernels.ts';
import { completeLayers, type NetworkSpec } from '../../engine/network/spec.ts';
import { createTrainer } from '../../engine/network/trainer.ts';
import { layoutOf } from '../../features/transform.ts';
import type { Table } from '../../formats/table.ts';
import { resolveClassWeights } from '../classWeights.ts';
import { fitEmbedding } from '../fitEmbedding.ts';
import { engineLoss, outputsFor } from '../losses.ts';
import type { Targets } from '../metrics/measure.ts';
import type { Outcome } from '../outcome.ts';
import { type Prepared, prepare } from '../prepare.ts';
import type { TrainingSpec } from '../schemas/spec.ts';
import { type EpochsOptions, runEpochs } from './epochs.ts';
import { countRows, loadPreparedRows, rowIndices } from './preparedRows.ts';
import { measureSplit, type Run } from './run.ts';
import type { RunControl } from './runControl.ts';
import { createTrainingThreads } from './threads.ts';

export interface TrainOptions extends EpochsOptions {
  readonly createKernels: CreateKernels;
}

/**
 * One training, from a table to a model: splits the rows, fits the features on the training rows,
 * trains, and measures the best epoch's parameters on every split. Null if it was cancelled or
 * paused, or met its stop rule. Throws LossDivergedError, ServiceError `invalid_spec` for issues
 * that depend on the data, and RangeError if the memory cannot be allocated.
 */
export function train({ table, ...options }: TrainOptions & { readonly table: Table }): Outcome | null {
  return trainPrepared(prepare(table, options.spec), options);
}

/**
 * The same for a table that was prepared for this training, or for another one with the same
 * `preparationKey`.
 */
export function trainPrepared(prepared: Prepared, options: TrainOptions): Outcome | null {
  return withRun(prepared, options, (run, network) => trainRun(run, network, options));
}

/** What a network needs to exist, besides its rows. */
export type RunOptions = Pick<TrainOptions, 'spec' | 'createKernels'> & {
  readonly control: Pick<RunControl, 'threads'>;
};

/** Creates the network of a training with its rows, and frees its threads after `use`. */
export function withRun<Result>(
  prepared: Prepared,
  options: RunOptions,
  use: (run: Run, network: EmbeddedNetwork) => Result,
): Result {
  const network = networkOf(prepared, options.spec);
  const run = createRun(prepared, network, options);
  try {
    return use(run, network);
  } finally {
    // Its helper threads end with the training, not at the next garbage collection.
    run.trainer.setThreads(1);
  }
}

function trainRun(run: Run, network: EmbeddedNetwork, options: TrainOptions): Outcome | null {
  const result = runEpochs(run, options);
  if (result === null) return null;
  const { features, target, split, warnings } = run.prepared;
  return {
    features,
    target,
    embedding: network.embedding,
    layers: completeLayers(network),
    loss: engineLoss(options.spec.training),
    parameters: run.trainer.readParameters(),
    metrics: {
      training: measureSplit(run, 'training'),
      validation: measureSplit(run, 'validation'),
      test: measureSplit(run, 'test'),
    },
    split,
    ...result,
    warnings: [...warnings, ...result.warnings],
  };
}

type EmbeddedNetwork = NetworkSpec & Required<Pick<NetworkSpec, 'embedding'>>;

/**
 * The embedding, the hidden layers and the output layer, which gives logits, log rates or
 * standardized numbers. Throws `invalid_spec` for an embedding without number columns.
 */
function networkOf(prepared: Prepared, { network, training }: TrainingSpec): EmbeddedNetwork {
  const { features, target } = prepared;
  const units = outputsFor(engineLoss(training), target.kind === 'classes' ? target.classes.length : 1);
  return {
    ...layoutOf(features),
    embedding: fitEmbedding(network.embedding, prepared),
    layers: [...network.layers, { units, activation: 'linear' }],
  };
}

function createRun(
  prepared: Prepared,
  network: NetworkSpec,
  { spec: { training }, createKernels, control }: RunOptions,
): Run {
  const { rows, weights } = prepared;
  const { batchSize, optimizer, averaging, clipGradientNorm, l1, l2, precision, seed } = training;
  const classWeights = resolveClassWeights(training.classWeights, prepared);
  const trainer = createTrainer(network, {
    createKernels,
    batchSize: batchSize === 'full' ? rows.training : Math.min(batchSize, rows.training),
    datasetRows: countRows(prepared),
    loss: engineLoss(training),
    optimizer,
    averaging,
    weighted: weights !== null || classWeights !== null,
    clipGradientNorm,
    l1,
    l2,
    precision,
    seed,
  });
  loadPreparedRows(trainer, prepared, classWeights);
  const threads = createTrainingThreads(trainer, training.threads, control);
  return {
    prepared,
    trainer,
    threads,
    splits: rowIndices(prepared),
    targets: {
      training: targetsOf(prepared, 0, rows.training),
      validation: targetsOf(prepared, rows.training, rows.validation),
      test: targetsOf(prepared, rows.training + rows.validation, rows.test),
    },
  };
}

function targetsOf({ actual, weights }: Prepared, first: number, count: number): Targets {
  const end = first + count;
  return { actual: actual.subarray(first, end), weights: weights?.subarray(first, end) ?? null };
}
