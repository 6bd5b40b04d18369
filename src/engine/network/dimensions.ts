import type { Activation } from '../kernels/kernels.ts';
import type { Layer } from '../layers/layer.ts';
import type { LayerSpec } from '../layers/layerSpec.ts';
import type { Averaging } from '../memory/average.ts';
import { isLearned, nameInNetwork } from '../memory/parameters.ts';
import { updateCostOf } from '../optimizers/hiddenWeights.ts';
import { createOptimizer, type OptimizerSpec } from '../optimizers/optimizers.ts';
import { joinParameters } from '../optimizers/regions.ts';
import { planNetwork } from './plan.ts';
import { sizeOf } from './size.ts';
import { createChain, learnedParameters, type NetworkSpec } from './spec.ts';

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

export interface Dimensions {
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
    optimizerScratch: update.scratch,
    averages: averaging !== null,
    storesActivationGradients: false,
  });
  return {
    layers: chain.map((links, index) => layerDimensions(spec.layers[index], index + 1, links, m)),
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

function layerDimensions(
  { units: n, activation }: LayerSpec,
  l: number,
  links: readonly Layer[],
  m: number,
): LayerDimensions {
  const learned = links.flatMap(({ parameters }) => parameters).filter(isLearned);
  const shapes: Readonly<Record<string, Shape>> = Object.fromEntries(learned.map(({ name, shape }) => [name, shape]));
  const batch: Shape = [n, m];
  return {
    layer: l,
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
