import { checkEmbedding, createEmbedding, type EmbeddingSpec } from '../layers/embedding/embedding.ts';
import { type OneHotColumn, oneHotInputs } from '../layers/inputs.ts';
import type { Layer } from '../layers/layer.ts';
import { type CompleteLayer, completeLayer, type LayerSpec } from '../layers/layerSpec.ts';
import { createLinks } from '../layers/layers.ts';
import { isLearned, type ParameterShape, type ParameterSlot } from '../memory/parameters.ts';

/** A network of L layers. */
export interface NetworkSpec {
  /** n[0]: all inputs, dense and one-hot. */
  readonly inputs: number;
  /** The last of the inputs, column by column. Default: none. */
  readonly oneHot?: readonly OneHotColumn[];
  /** Layer 0: how dense inputs are embedded. Default: they are not. */
  readonly embedding?: EmbeddingSpec | null;
  /** Layers 1 to L; the last is the output layer. */
  readonly layers: readonly LayerSpec[];
}

/** A parameter with its l, from 1. */
type LayerParameter = ParameterShape & Pick<ParameterSlot, 'layer'>;

/** The inputs that features give a network: a `NetworkSpec` without its layers. */
export type InputLayout = Required<Pick<NetworkSpec, 'inputs' | 'oneHot'>>;

/** The links of one layer. */
export interface LayerLinks {
  /** l, from 1; 0: the embedding. */
  readonly layer: number;
  /** In the order of the forward pass. */
  readonly links: readonly Layer[];
}

/** The layers with their defaults. Throws RangeError when the network is impossible. */
export function completeLayers({
  inputs,
  oneHot = [],
  embedding = null,
  layers,
}: NetworkSpec): readonly CompleteLayer[] {
  if (!isCount(inputs)) throw new RangeError(`Expected at least 1 input, got ${inputs}.`);
  checkOneHot(inputs, oneHot);
  if (embedding !== null) checkEmbedding(embedding, inputs - oneHotInputs(oneHot));
  if (layers.length === 0) throw new RangeError('Expected at least 1 layer, got 0.');
  return layers.map((layer, index) => checkLayer(completeLayer(layer), index + 1, index === layers.length - 1));
}

/**
 * The links of layer l, for l = 1 to L; before them those of layer 0, if there is an embedding.
 * Throws RangeError when the network is impossible.
 */
export function createChain(spec: NetworkSpec): readonly LayerLinks[] {
  const layers = completeLayers(spec);
  const { oneHot = [], embedding = null } = spec;
  const codes = oneHotInputs(oneHot);
  const embedded = embedding === null ? null : createEmbedding(embedding, spec.inputs - codes);
  const inputs = embedded === null ? spec.inputs : embedded.outputs + codes;
  const links = layers.map((layer, index) => ({
    layer: index + 1,
    links: createLinks(layer, {
      layer: index + 1,
      layers: layers.length,
      inputs: index === 0 ? inputs : layers[index - 1].units,
      drawsBiases: embedding?.type === 'cosine',
      oneHot: index === 0 ? oneHot : [],
    }),
  }));
  return embedded === null ? links : [{ layer: 0, links: [embedded] }, ...links];
}

/** Every learned parameter. Throws RangeError when the network is impossible. */
export function learnedParameters(spec: NetworkSpec): readonly LayerParameter[] {
  return createChain(spec).flatMap(({ layer, links }) =>
    links
      .flatMap(({ parameters }) => parameters)
      .filter(isLearned)
      .map((parameter) => ({ ...parameter, layer })),
  );
}

function checkOneHot(inputs: number, columns: readonly OneHotColumn[]): void {
  for (const column of columns) {
    if (!isCount(column.inputs))
      throw new RangeError(`Expected at least 1 input a one-hot column, got ${column.inputs}.`);
    const given = column.unknownCategory?.length ?? 0;
    if (given > column.inputs)
      throw new RangeError(`Expected at most ${column.inputs} inputs of an unknown category, got ${given}.`);
  }
  const needed = oneHotInputs(columns);
  if (needed > inputs)
    throw new RangeError(`Expected at least ${needed} inputs for the one-hot columns, got ${inputs}.`);
}

function checkLayer(layer: CompleteLayer, l: number, isLast: boolean): CompleteLayer {
  const { units, dropout } = layer;
  if (!isCount(units)) throw new RangeError(`Layer ${l}: expected at least 1 unit, got ${units}.`);
  if (!(dropout >= 0 && dropout < 1))
    throw new RangeError(`Layer ${l}: expected a dropout of at least 0 and below 1, got ${dropout}.`);
  if (isLast && dropout > 0) throw new RangeError(`Layer ${l} is the output layer: it has no dropout, got ${dropout}.`);
  return layer;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}
