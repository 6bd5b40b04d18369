import { sizeOf } from '../../engine/network/size.ts';
import { learnedParameters, type NetworkSpec } from '../../engine/network/spec.ts';
import { updateCostOf } from '../../engine/optimizers/hiddenWeights.ts';
import { createOptimizer } from '../../engine/optimizers/optimizers.ts';
import type { EmbeddingSettings, LayerRequest } from '../schemas/network.ts';
import type { OptimizerRequest } from '../schemas/optimizer.ts';
import type { Task } from '../schemas/task.ts';
import type { TrainingSettings } from '../schemas/training.ts';
import { resolveLayer } from './network.ts';
import { resolveOptimizer } from './optimizer.ts';

export interface Size {
  /** Rows with a target. */
  readonly rows: number;
  /** Inputs of layer 1, about. */
  readonly inputs: number;
  readonly task: Task;
  readonly classes: number;
}

/** What of the training's settings depends on the size, or is worth more than nothing on any. */
export interface DefaultTraining
  extends Pick<TrainingSettings, 'batchSize' | 'epochs' | 'schedule' | 'clipGradientNorm' | 'earlyStopping'> {
  readonly optimizer: OptimizerRequest;
  /** For a training of that many epochs in batches of that size. */
  averagingFor(training: Pick<TrainingSettings, 'batchSize' | 'epochs'>): TrainingSettings['averaging'];
}

/** Multiply-adds of a whole training: about half a minute of one core. */
const TRAINING_BUDGET = 5e11;
/** Each weight is in three products of a step: Z = W A, dW = dZ Aᵀ and dA = Wᵀ dZ. */
const PRODUCTS_PER_STEP = 3;
export const MIN_EPOCHS = 12;
const MAX_EPOCHS = 80;
/** Small data need more epochs for as many steps. */
const MIN_STEPS = 3000;
const MAX_EPOCHS_SMALL_DATA = 400;
/**
 * Epochs without improvement before the training stops: a fifth of them, since the falling rate
 * still improves the last ones.
 */
const PATIENCE_FRACTION = 0.2;
const MIN_PATIENCE = 8;
/**
 * Rows of a step: a sixty-fourth of the data, within what trains fast and still goes many steps an
 * epoch.
 */
const BATCHES = 64;
const MIN_BATCH_SIZE = 16;
const MAX_BATCH_SIZE = 256;

/** Data of fewer rows are small, or of medium size. */
const SMALL_DATA_ROWS = 1000;
const MEDIUM_DATA_ROWS = 8000;
/**
 * Layers for the size of the data. A smooth activation learns more from many bins than relu does.
 */
const LAYERS: Readonly<Record<'small' | 'medium' | 'large', readonly LayerRequest[]>> = {
  small: [
    { units: 32, activation: 'mish', dropout: 0.1 },
    { units: 16, activation: 'mish', dropout: 0.1 },
  ],
  medium: [
    { units: 128, activation: 'mish', dropout: 0.2 },
    { units: 64, activation: 'mish', dropout: 0.1 },
  ],
  large: [
    { units: 256, activation: 'mish', dropout: 0.15 },
    { units: 256, activation: 'mish', dropout: 0.15 },
    { units: 256, activation: 'mish', dropout: 0.15 },
  ],
};

/** After a cosine embedding, relu learns far better than mish, at any size of the data. */
const LAYERS_AFTER_COSINE: readonly LayerRequest[] = Array.from({ length: 3 }, () => ({
  units: 128,
  activation: 'relu',
  dropout: 0.05,
}));

/**
 * AdamW with the decay that its paper starts from, and a rate that suits a cosine with warm-up on
 * standardised inputs.
 */
export const OPTIMIZER = {
  type: 'adamw',
  learningRate: 0.002,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
} as const;

/** About 30 steps: less noise in the validation loss and in the model. */
const AVERAGING = { decay: 0.97 };
/** In fewer steps, the average would still contain the initial parameters. */
const MIN_AVERAGED_STEPS = 500;

/**
 * What trains these hidden layers well on data of that size. Only the network of `defaultLayers` is
 * averaged by default: the model of a request that names its layers has the parameters themselves.
 */
export function defaultTraining(
  size: Size,
  layers: readonly LayerRequest[],
  isDefaultNetwork: boolean,
): DefaultTraining {
  const { rows } = size;
  const batchSize = defaultBatchSize(rows);
  const epochs = defaultEpochs(size, layers, batchSize);
  return {
    optimizer: OPTIMIZER,
    averagingFor: (training) => (isDefaultNetwork ? averagingOf(rows, training) : null),
    batchSize,
    epochs,
    schedule: { type: 'cosine', minimum: 0, warmup: 0.05 },
    clipGradientNorm: 1,
    earlyStopping: { metric: 'validationLoss', patience: patienceOf(epochs), minDelta: 0 },
  };
}

function averagingOf(
  rows: number,
  { batchSize, epochs }: Pick<TrainingSettings, 'batchSize' | 'epochs'>,
): TrainingSettings['averaging'] {
  const stepsPerEpoch = batchSize === 'full' ? 1 : Math.ceil(rows / batchSize);
  return epochs * stepsPerEpoch < MIN_AVERAGED_STEPS ? null : AVERAGING;
}

/** The hidden layers for data of that size, after an embedding of that type. */
export function defaultLayers({ rows }: Size, embedding: EmbeddingSettings['type'] | null): readonly LayerRequest[] {
  if (embedding === 'cosine') return LAYERS_AFTER_COSINE;
  if (rows < SMALL_DATA_ROWS) return LAYERS.small;
  return rows < MEDIUM_DATA_ROWS ? LAYERS.medium : LAYERS.large;
}

function patienceOf(epochs: number): number {
  return Math.max(MIN_PATIENCE, Math.round(PATIENCE_FRACTION * epochs));
}

/** A power of two. */
function defaultBatchSize(rows: number): number {
  const size = 2 ** Math.floor(Math.log2(Math.max(1, rows / BATCHES)));
  return Math.max(MIN_BATCH_SIZE, Math.min(MAX_BATCH_SIZE, size));
}

function defaultEpochs(size: Size, layers: readonly LayerRequest[], batchSize: number): number {
  const affordable = Math.max(MIN_EPOCHS, Math.round(TRAINING_BUDGET / epochCost(size, layers)));
  const needed = Math.min(MAX_EPOCHS_SMALL_DATA, Math.ceil((MIN_STEPS * batchSize) / size.rows));
  return Math.min(Math.max(MAX_EPOCHS, needed), affordable);
}

/** The multiply-adds of an epoch in the passes of these hidden layers. */
export function epochCost(size: Size, layers: readonly LayerRequest[]): number {
  return PRODUCTS_PER_STEP * sizeOf(networkFor(size, layers)).multiplyAdds * size.rows;
}

/** The multiply-adds of the optimizer's own products in a step. */
export function updateCost(size: Size, layers: readonly LayerRequest[], request: OptimizerRequest): number {
  const optimizer = createOptimizer(resolveOptimizer(request));
  return updateCostOf(optimizer, learnedParameters(networkFor(size, layers))).multiplyAdds;
}

/** The network without an embedding: its inputs include those that an embedding adds. */
function networkFor({ inputs, task, classes }: Size, layers: readonly LayerRequest[]): NetworkSpec {
  // Requests without inputs or classes are rejected, but have defaults before.
  const output = { units: task === 'multiclass' ? Math.max(1, classes) : 1, activation: 'linear' } as const;
  return { inputs: Math.max(1, inputs), layers: [...layers.map(resolveLayer), output] };
}
