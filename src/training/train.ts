import type { CreateKernels } from '../engine/kernels/kernels.ts';
import { completeLayers, type NetworkSpec } from '../engine/spec.ts';
import { createTrainer } from '../engine/trainer.ts';
import { layoutOf } from '../features/transform.ts';
import type { Table } from '../kit/table.ts';
import { resolveClassWeights } from './classWeights.ts';
import { type EpochsOptions, runEpochs } from './epochs.ts';
import { countRows, holdParts } from './heldRows.ts';
import { engineLoss, outputsFor } from './losses.ts';
import { truthOfRows } from './metrics/measure.ts';
import type { Outcome } from './outcome.ts';
import { type Prepared, prepare } from './prepare.ts';
import { measurePart, type Run } from './run.ts';
import type { TrainingSpec } from './schemas/spec.ts';
import { createTrainingThreads } from './threads.ts';

export interface TrainOptions extends EpochsOptions {
  readonly table: Table;
  readonly createKernels: CreateKernels;
}

/**
 * One training, from a table to a model: parts the rows, fits the features on the training rows, trains, and measures the best epoch's
 * parameters on every part. Null when it was cancelled or paused, or has halted. Throws LossDivergedError, ServiceError `invalid_spec` for what only the data can
 * tell, and RangeError when the memory is not to be had.
 */
export function train(options: TrainOptions): Outcome | null {
  const { table, spec } = options;
  const prepared = prepare(table, spec);
  const network = networkOf(prepared, spec);
  const run = createRun(prepared, network, options);
  try {
    return trainRun(run, network, options);
  } finally {
    // Its helpers end with the training, not when the garbage collector comes by.
    run.trainer.setThreads(1);
  }
}

function trainRun(run: Run, network: NetworkSpec, options: TrainOptions): Outcome | null {
  const ran = runEpochs(run, options);
  if (ran === null) return null;
  const { features, target, warnings } = run.prepared;
  return {
    features,
    target,
    layers: completeLayers(network),
    loss: engineLoss(options.spec.training),
    parameters: run.trainer.readParameters(),
    metrics: {
      training: measurePart(run, 'training'),
      validation: measurePart(run, 'validation'),
      test: measurePart(run, 'test'),
    },
    ...ran,
    warnings,
  };
}

/** The hidden layers and the output layer, which gives logits, log rates or standardised numbers. */
function networkOf({ features, target }: Prepared, { network, training }: TrainingSpec): NetworkSpec {
  const units = outputsFor(engineLoss(training), target.kind === 'classes' ? target.classes.length : 1);
  return { ...layoutOf(features), layers: [...network.layers, { units, activation: 'linear' }] };
}

function createRun(
  prepared: Prepared,
  network: NetworkSpec,
  { spec: { training }, createKernels, control }: TrainOptions,
): Run {
  const { parts, target, targetColumn, weights } = prepared;
  const { batchSize, optimizer, clipGradientNorm, l1, l2, precision, seed } = training;
  const classWeights = resolveClassWeights(training.classWeights, prepared);
  const trainer = createTrainer(network, {
    createKernels,
    batchSize: batchSize === 'full' ? parts.training.length : Math.min(batchSize, parts.training.length),
    heldRows: countRows(parts),
    loss: engineLoss(training),
    optimizer,
    weighted: weights !== null || classWeights !== null,
    clipGradientNorm,
    l1,
    l2,
    precision,
    seed,
  });
  const truthOf = (rows: Int32Array) => truthOfRows(target, targetColumn, weights, rows);
  const threads = createTrainingThreads(trainer, training.threads, control);
  return {
    prepared,
    trainer,
    threads,
    held: holdParts(trainer, prepared, classWeights),
    truth: {
      training: truthOf(parts.training),
      validation: truthOf(parts.validation),
      test: truthOf(parts.test),
    },
  };
}
