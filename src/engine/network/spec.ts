import type { Activation } from '../kernels/kernels.ts';
import { type InitializerName, initializerFor } from '../layers/initializers.ts';
import type { NormalizationName } from '../layers/normalizations.ts';

/** One dense layer. */
export interface LayerSpec {
  readonly units: number;
  readonly activation: Activation;
  /** Left out: the one that suits the activation. */
  readonly initializer?: InitializerName;
  /** Between Z and the activation. */
  readonly normalization?: NormalizationName | null;
  /** The share of the activations that each training step leaves out; hidden layers only. */
  readonly dropout?: number;
}

/** Inputs of which a row has one at 1 and all others at 0: a column of categories. The row's code says which. */
export interface OneHotColumn {
  readonly inputs: number;
  /** What the inputs are in a row without a code, outside training; left out: all 0. */
  readonly unknownCategory?: readonly number[];
}

/** A network of L dense layers. */
export interface NetworkSpec {
  /** n[0]: all inputs, dense and one-hot. */
  readonly inputs: number;
  /** The last of the inputs, column by column; left out: none are one-hot. */
  readonly oneHot?: readonly OneHotColumn[];
  /** Layers 1 to L; the last is the output layer. */
  readonly layers: readonly LayerSpec[];
}

export type CompleteLayer = Required<LayerSpec>;

/** The layers with their defaults filled in. Throws RangeError when no such network can be built. */
export function completeLayers({ inputs, oneHot = [], layers }: NetworkSpec): readonly CompleteLayer[] {
  if (!isCount(inputs)) throw new RangeError(`a network needs at least one input, not ${inputs}`);
  checkOneHot(inputs, oneHot);
  if (layers.length === 0) throw new RangeError('a network needs at least one layer');
  return layers.map((layer, index) => completeLayer(layer, index + 1, index === layers.length - 1));
}

/** How many inputs the columns have together. */
export function oneHotInputs(columns: readonly OneHotColumn[]): number {
  return columns.reduce((sum, { inputs }) => sum + inputs, 0);
}

function checkOneHot(inputs: number, columns: readonly OneHotColumn[]): void {
  for (const column of columns) {
    if (!isCount(column.inputs)) throw new RangeError(`a one-hot column needs an input, not ${column.inputs}`);
    if ((column.unknownCategory?.length ?? 0) > column.inputs)
      throw new RangeError(
        `a one-hot column of ${column.inputs} inputs is not ${column.unknownCategory?.length} usual ones`,
      );
  }
  if (oneHotInputs(columns) > inputs) throw new RangeError(`${inputs} inputs are too few for the one-hot columns`);
}

function completeLayer(layer: LayerSpec, l: number, last: boolean): CompleteLayer {
  const { units, activation, initializer = initializerFor(activation), normalization = null, dropout = 0 } = layer;
  if (!isCount(units)) throw new RangeError(`layer ${l} needs at least one unit, not ${units}`);
  if (!(dropout >= 0 && dropout < 1)) throw new RangeError(`layer ${l}: dropout must be at least 0 and below 1`);
  if (last && dropout > 0) throw new RangeError(`layer ${l} is the output layer, which has no dropout`);
  return { units, activation, initializer, normalization, dropout };
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}
