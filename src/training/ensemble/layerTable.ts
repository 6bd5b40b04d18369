import type { CompleteLayer } from '../../engine/layers/layerSpec.ts';
import type { Parameter } from '../../engine/memory/parameters.ts';
import { completeLayers, createChain, type NetworkSpec } from '../../engine/network/spec.ts';

/**
 * The layers of a network with the shape of each parameter: layer 0, if the inputs are embedded,
 * the hidden layers and the output layer.
 */
export type LayerTable = readonly (Pick<CompleteLayer, 'units' | 'activation' | 'normalization' | 'dropout'> & {
  /** l. 0: the embedding. */
  readonly layer: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
})[];

export function layerTable(network: NetworkSpec, parameters: readonly Parameter[]): LayerTable {
  const complete = completeLayers(network);
  return createChain(network).map(({ layer, links }) => {
    const ofLayer = parameters.filter((parameter) => parameter.layer === layer);
    const shapes = Object.fromEntries(ofLayer.map(({ name, shape }) => [name, shape]));
    if (layer === 0) {
      const units = links[0].outputs;
      return { layer, units, activation: 'linear', normalization: null, dropout: 0, shapes };
    }
    const { units, activation, normalization, dropout } = complete[layer - 1];
    return { layer, units, activation, normalization, dropout, shapes };
  });
}
