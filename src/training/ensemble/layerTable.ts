import type { CompleteLayer } from '../../engine/layers/layerSpec.ts';
import type { Parameter } from '../../engine/memory/parameters.ts';
import { completeLayers, type NetworkSpec } from '../../engine/network/spec.ts';

/** The layers of a network, the output layer included, with the shape of each parameter. */
export type LayerTable = readonly (Pick<CompleteLayer, 'units' | 'activation' | 'normalization' | 'dropout'> & {
  /** l, from 1. */
  readonly layer: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
})[];

export function layerTable(network: NetworkSpec, parameters: readonly Parameter[]): LayerTable {
  return completeLayers(network).map(({ units, activation, normalization, dropout }, index) => {
    const layer = index + 1;
    const ofLayer = parameters.filter((parameter) => parameter.layer === layer);
    const shapes = Object.fromEntries(ofLayer.map(({ name, shape }) => [name, shape]));
    return { layer, units, activation, normalization, dropout, shapes };
  });
}
