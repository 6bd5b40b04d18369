import type { Activation } from '../kernels/kernels.ts';
import type { Layer } from '../layers/layer.ts';
import type { LayerSpec } from '../layers/layerSpec.ts';
import { isLearned } from '../memory/parameters.ts';
import { createOptimizer, type OptimizerSpec } from '../optimizers/optimizers.ts';
import { planNetwork } from './plan.ts';
import { sizeOf } from './size.ts';
import { createChain, type NetworkSpec } from './spec.ts';

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

export interface Dimensions {
  readonly layers: readonly LayerDimensions[];
  readonly totals: {
    /** Learned numbers. */
    readonly parameters: number;
    /** Of the forward products. */
    readonly multiplyAddsPerRow: number;
    /** Arena of a training in float32, without its dataset. */
    readonly trainingBytes: number;
  };
}

const FLOAT32_BYTES = 4;
const INT32_BYTES = 4;

/**
 * The dimension table of a network trained on batches of m rows. Throws RangeError when the network
 * is impossible.
 */
export function dimensionsOf(spec: NetworkSpec, m: number, optimizer: OptimizerSpec = { type: 'adam' }): Dimensions {
  const chain = createChain(spec);
  const { parameters, multiplyAdds } = sizeOf(spec);
  const { size } = planNetwork(spec, m, {
    datasetRows: 0,
    targetColumns: spec.layers[spec.layers.length - 1].units,
    weighted: false,
    classWeights: 0,
    optimizerMatrices: createOptimizer(optimizer).stateMatrices,
    averages: false,
    storesActivationGradients: false,
  });
  return {
    layers: chain.map((links, index) => layerDimensions(spec.layers[index], index + 1, links, m)),
    totals: {
      parameters,
      multiplyAddsPerRow: multiplyAdds,
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
