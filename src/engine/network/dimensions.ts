import type { Activation } from '../kernels/kernels.ts';
import type { EmbeddingSpec } from '../layers/embedding/embedding.ts';
import type { LayerSpec } from '../layers/layerSpec.ts';
import type { Averaging } from '../memory/average.ts';
import { isLearned, nameInNetwork } from '../memory/parameters.ts';
import { updateCostOf } from '../optimizers/hiddenWeights.ts';
import { createOptimizer, type OptimizerSpec } from '../optimizers/optimizers.ts';
import { joinParameters } from '../optimizers/regions.ts';
import { planNetwork } from './plan.ts';
import { sizeOf } from './size.ts';
import { createChain, type LayerLinks, learnedParameters, type NetworkSpec } from './spec.ts';

type Shape = readonly number[];

/** The shapes of layer l in the notes' notation. */
type LayerDimensions = {
  /** l, from 1. */
  readonly layer: number;
  /** n[l]. */
  readonly units: number;
  readonly activation: Activation;
} & {
  /** Of each learned parameter, of dW and db, and of the matrices of the passes. */
  readonly [matrix: string]: Shape | number | Activation;
};

/** Parameters that the optimizer updates with the same settings. */
interface ParameterUpdate {
  /** The parameters' names, such as `W1`. */
  readonly parameters: readonly string[];
  /** The first rate of the schedule, for these parameters. */
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** What a training stores and updates beyond the network. */
interface TrainingOptions {
  readonly optimizer?: OptimizerSpec;
  /** Default: none. */
  readonly averaging?: Averaging | null;
}

/** The shapes of layer 0: each embedded input becomes `width` numbers. */
type EmbeddingDimensions = {
  readonly layer: 0;
  readonly type: EmbeddingSpec['type'];
  /** f. */
  readonly columns: number;
  /** d. */
  readonly width: number;
  /** Numbers of a row of E: the inputs that layer 1 multiplies. */
  readonly units: number;
} & {
  /** Of each learned parameter, and of the matrices of the passes. */
  readonly [matrix: string]: Shape | number | EmbeddingSpec['type'];
};

export interface Dimensions {
  /** null: the inputs are not embedded. */
  readonly embedding: EmbeddingDimensions | null;
  readonly layers: readonly LayerDimensions[];
  /** Every learned parameter, in the order of the arena. */
  readonly updates: readonly ParameterUpdate[];
  readonly totals: {
    /** Learned numbers. */
    readonly parameters: number;
    /** Of the forward products. */
    readonly multiplyAddsPerRow: number;
    /** Of the optimizer's products in a step. */
    readonly multiplyAddsPerUpdate: number;
    /** Arena of a training in float32, without its dataset. */
    readonly trainingBytes: number;
  };
}

const FLOAT32_BYTES = 4;
const INT32_BYTES = 4;

/**
 * The dimension table of a network trained on batches of m rows. Throws RangeError when the network
 * or the optimizer is impossible.
 */
export function dimensionsOf(
  spec: NetworkSpec,
  m: number,
  { optimizer: optimizerSpec = { type: 'adam' }, averaging = null }: TrainingOptions = {},
): Dimensions {
  const optimizer = createOptimizer(optimizerSpec);
  const chain = createChain(spec);
  const { parameters, multiplyAdds } = sizeOf(spec);
  const update = updateCostOf(optimizer, learnedParameters(spec));
  const { size, parameters: slots } = planNetwork(spec, m, {
    datasetRows: 0,
    targetColumns: spec.layers[spec.layers.length - 1].units,
    weighted: false,
    classWeights: 0,
    optimizerMatrices: optimizer.stateMatrices,
    hiddenMatrices: optimizer.hiddenWeights?.stateMatrices,
    optimizerScratch: update.scratch,
    averages: averaging !== null,
    storesActivationGradients: false,
  });
  const { embedding = null } = spec;
  return {
    embedding: embedding === null ? null : embeddingDimensions(embedding, chain[0], m),
    layers: chain
      .filter(({ layer }) => layer > 0)
      .map((links) => layerDimensions(spec.layers[links.layer - 1], links, m)),
    updates: joinParameters(slots, optimizer, optimizerSpec.groups ?? []).map(({ slots, rateFactor, weightDecay }) => ({
      parameters: slots.map(nameInNetwork),
      learningRate: optimizer.learningRate * rateFactor,
      weightDecay,
    })),
    totals: {
      parameters,
      multiplyAddsPerRow: multiplyAdds,
      multiplyAddsPerUpdate: update.multiplyAdds,
      trainingBytes: size.numbers * FLOAT32_BYTES + size.indices * INT32_BYTES,
    },
  };
}

function embeddingDimensions(
  { type, columns, width }: EmbeddingSpec,
  layer: LayerLinks,
  m: number,
): EmbeddingDimensions {
  const units = layer.links[0].outputs;
  const batch: Shape = [units, m];
  return { layer: 0, type, columns: columns.length, width, units, ...learnedShapes(layer), E: batch, dE: batch };
}

function learnedShapes({ links }: LayerLinks): Readonly<Record<string, Shape>> {
  const learned = links.flatMap(({ parameters }) => parameters).filter(isLearned);
  return Object.fromEntries(learned.map(({ name, shape }) => [name, shape]));
}

function layerDimensions({ units: n, activation }: LayerSpec, layer: LayerLinks, m: number): LayerDimensions {
  const shapes = learnedShapes(layer);
  const batch: Shape = [n, m];
  return {
    layer: layer.layer,
    units: n,
    activation,
    ...shapes,
    Z: batch,
    A: batch,
    dZ: batch,
    dA: batch,
    dW: shapes.W,
    db: shapes.b,
  };
}
