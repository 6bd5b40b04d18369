import type { Activation } from '../kernels/kernels.ts';
import { createOptimizer, type OptimizerSpec } from '../optimizers/optimizers.ts';
import { planNetwork } from './plan.ts';
import { type CompleteLayer, completeLayers, type NetworkSpec } from './spec.ts';

type Shape = readonly [rows: number, columns: number];

/** The shapes of one layer in the notes' notation. */
interface LayerDimensions {
  /** l, from 1. */
  readonly layer: number;
  readonly units: number;
  readonly activation: Activation;
  readonly W: Shape;
  readonly b: Shape;
  readonly Z: Shape;
  readonly A: Shape;
  readonly dZ: Shape;
  readonly dA: Shape;
  readonly dW: Shape;
  readonly db: Shape;
  /** Where the layer is normalized. */
  readonly gamma?: Shape;
  readonly beta?: Shape;
}

export interface Dimensions {
  readonly layers: readonly LayerDimensions[];
  readonly totals: {
    /** Learned numbers. */
    readonly parameters: number;
    /** Of the forward products, a row. */
    readonly multiplyAddsPerRow: number;
    /** The arena of a training in float32, without the rows that it trains on. */
    readonly trainingBytes: number;
  };
}

const FLOAT32_BYTES = 4;
const INT32_BYTES = 4;

/** The dimension table of a network trained on batches of m rows. Throws RangeError when no such network can be built. */
export function dimensionsOf(spec: NetworkSpec, m: number, optimizer: OptimizerSpec = { type: 'adam' }): Dimensions {
  const layers = completeLayers(spec);
  const rows = layers.map((layer, index) =>
    layerDimensions(layer, index + 1, layers[index - 1]?.units ?? spec.inputs, m),
  );
  const outputs = layers[layers.length - 1].units;
  const { size } = planNetwork(spec, layers, m, {
    datasetRows: 0,
    targetColumns: outputs,
    weighted: false,
    classWeights: 0,
    optimizerMatrices: createOptimizer(optimizer).stateMatrices,
    storesActivationGradients: false,
  });
  return {
    layers: rows,
    totals: {
      parameters: sum(rows.map(parametersOf)),
      multiplyAddsPerRow: sum(rows.map(({ W }) => area(W))),
      trainingBytes: size.numbers * FLOAT32_BYTES + size.indices * INT32_BYTES,
    },
  };
}

function layerDimensions(layer: CompleteLayer, l: number, k: number, m: number): LayerDimensions {
  const { units: n, activation, normalization } = layer;
  const weights: Shape = [n, k];
  const column: Shape = [n, 1];
  const batch: Shape = [n, m];
  return {
    layer: l,
    units: n,
    activation,
    W: weights,
    b: column,
    Z: batch,
    A: batch,
    dZ: batch,
    dA: batch,
    dW: weights,
    db: column,
    ...(normalization === null ? {} : { gamma: column, beta: column }),
  };
}

function parametersOf({ W, b, gamma, beta }: LayerDimensions): number {
  return sum([W, b, gamma, beta].map((shape) => (shape === undefined ? 0 : area(shape))));
}

function area([rows, columns]: Shape): number {
  return rows * columns;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
