import type { LayerRequest } from './networkSchema.ts';
import type { Task } from './task.ts';
import type { TrainingSettings } from './trainingSchema.ts';

export interface Size {
  /** Rows with a target. */
  readonly rows: number;
  /** n[0], about. */
  readonly inputs: number;
  readonly task: Task;
  readonly classes: number;
}

/** What trains a good model on data of that size. */
export interface DefaultsOfSize {
  readonly layers: readonly LayerRequest[];
  readonly training: Pick<
    TrainingSettings,
    'optimizer' | 'batchSize' | 'epochs' | 'schedule' | 'clipGradientNorm' | 'earlyStopping'
  >;
}

/** Multiply-adds of a whole training: about half a minute of one core. */
const TRAINING_BUDGET = 5e11;
/** Each parameter meets each row in the product forward, and twice on the way back. */
const MULTIPLY_ADDS = 3;
const FEWEST_EPOCHS = 12;
const MOST_EPOCHS = 100;
/** Small data need more epochs for as many steps. */
const FEWEST_STEPS = 2000;
const MOST_EPOCHS_OF_SMALL = 200;

const LEARNING_RATE = 0.001;
const WEIGHT_DECAY = 0.01;

export function defaultsOfSize(size: Size): DefaultsOfSize {
  const layers = defaultLayers(size);
  const batchSize = defaultBatchSize(size.rows);
  const epochs = defaultEpochs(size, layers, batchSize);
  return {
    layers,
    training: {
      optimizer: {
        type: 'adamw',
        learningRate: LEARNING_RATE,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: WEIGHT_DECAY,
      },
      batchSize,
      epochs,
      schedule: { type: 'cosine', minimum: 0, warmup: 0.05 },
      clipGradientNorm: 1,
      earlyStopping: { metric: 'validationLoss', patience: Math.max(8, Math.round(epochs / 4)), minDelta: 0 },
    },
  };
}

/** Wider layers for more rows; a little dropout, which small data need most. */
function defaultLayers({ rows }: Size): LayerRequest[] {
  if (rows < 1000) return [{ units: 32, dropout: 0.1 }, { units: 16 }];
  if (rows < 8000)
    return [
      { units: 128, dropout: 0.2 },
      { units: 64, dropout: 0.1 },
    ];
  return [
    { units: 256, dropout: 0.2 },
    { units: 128, dropout: 0.2 },
  ];
}

/** The power of two nearest below 1/100 of the rows, 16 to 256. */
function defaultBatchSize(rows: number): number {
  return Math.max(16, Math.min(256, 2 ** Math.floor(Math.log2(Math.max(1, rows / 100)))));
}

function defaultEpochs(
  { rows, inputs, task, classes }: Size,
  layers: readonly LayerRequest[],
  batchSize: number,
): number {
  const widths = [inputs, ...layers.map(({ units }) => units), task === 'multiclass' ? classes : 1];
  const parameters = widths.slice(1).reduce((sum, units, l) => sum + units * widths[l], 0);
  const affordable = Math.round(TRAINING_BUDGET / (MULTIPLY_ADDS * parameters * rows));
  const needed = Math.min(MOST_EPOCHS_OF_SMALL, Math.ceil((FEWEST_STEPS * batchSize) / rows));
  return Math.max(FEWEST_EPOCHS, Math.min(Math.max(MOST_EPOCHS, needed), affordable));
}
