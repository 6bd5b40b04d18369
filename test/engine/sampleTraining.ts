import { createReferenceKernels } from '../../src/engine/kernels/reference/reference.ts';
import type { EmbeddingSpec } from '../../src/engine/layers/embedding/embedding.ts';
import type { LayerSpec } from '../../src/engine/layers/layerSpec.ts';
import type { LossSpec } from '../../src/engine/losses/losses.ts';
import type { Parameter } from '../../src/engine/memory/parameters.ts';
import { createTrainer, type Trainer, type TrainerOptions } from '../../src/engine/network/trainer.ts';
import { createGenerator, type Generator } from '../../src/engine/random.ts';

export const INPUTS = 4;
export const OUTPUTS = 3;
export const ROWS = 12;

/** Two hidden layers with smooth activations, so that differences approximate derivatives well. */
export const HIDDEN: readonly LayerSpec[] = [
  { units: 6, activation: 'tanh' },
  { units: 5, activation: 'tanh' },
];

/** Embeddings of some of the inputs. */
export const EMBEDDINGS: readonly EmbeddingSpec[] = [
  { type: 'cosine', columns: [0, 1, 2, 3], width: 5, scale: 1 },
  { type: 'cosine', columns: [1, 3], width: 2, scale: 0.3 },
  {
    type: 'piecewiseLinear',
    columns: [0, 1, 2, 3],
    width: 3,
    edges: [
      [-1, 1],
      [-1, 0, 0.4, 1],
      [-0.3, 0.2, 5],
      [0, 1],
    ],
  },
  { type: 'piecewiseLinear', columns: [2], width: 4, edges: [[-0.7, -0.1, 0.3, 0.9]] },
];

interface SampleOptions extends Partial<TrainerOptions> {
  readonly embedding?: EmbeddingSpec | null;
}

/**
 * A trainer of these layers and an output layer of logits, with a small random table in order and
 * targets that suit the loss.
 */
export function sampleTrainer(
  hidden: readonly LayerSpec[],
  loss: LossSpec,
  { embedding = null, ...options }: SampleOptions = {},
): Trainer {
  const spec = { inputs: INPUTS, embedding, layers: [...hidden, { units: OUTPUTS, activation: 'linear' as const }] };
  const trainer = createTrainer(spec, {
    createKernels: createReferenceKernels,
    batchSize: ROWS,
    datasetRows: ROWS,
    loss,
    optimizer: { type: 'adam' },
    seed: 7,
    ...options,
  });
  const generator = createGenerator(11);
  const X = Float64Array.from({ length: ROWS * INPUTS }, () => generator.normal());
  const targets = loss.type === 'crossEntropy' ? ROWS : ROWS * OUTPUTS;
  const T = Float64Array.from({ length: targets }, () => sampleTarget(loss, generator));
  const rowWeights = options.weighted ? Float64Array.from({ length: ROWS }, () => generator.uniform()) : null;
  trainer.load(0, { X, T, rowWeights });
  trainer.order(allRows(), false);
  trainer.writeParameters(trainer.readParameters().map((parameter) => moved(parameter, generator)));
  return trainer;
}

/**
 * Moves the parameters away from their initial values, because biases of 0 put silent units exactly
 * on the kink of relu.
 */
function moved(parameter: Parameter, generator: Generator): Parameter {
  return { ...parameter, values: parameter.values.map((value) => value + 0.2 * generator.uniform()) };
}

/** The numbers of all rows. */
export function allRows(): Int32Array {
  return Int32Array.from({ length: ROWS }, (_row, i) => i);
}

function sampleTarget({ type }: LossSpec, generator: Generator): number {
  if (type === 'crossEntropy') return generator.integer(OUTPUTS);
  if (type === 'binaryCrossEntropy') return generator.integer(2);
  if (type === 'poisson') return generator.integer(5);
  return generator.normal();
}
