import type { LayerSpec } from '../../engine/layers/layerSpec.ts';
import { sizeOf } from '../../engine/network/size.ts';
import type { FittedFeatures } from '../../features/features.ts';
import { layoutOf } from '../../features/transform.ts';

/** The inputs and layers of a network, the output layer included. They determine its size. */
interface SizedNetwork {
  readonly features: FittedFeatures;
  readonly layers: readonly LayerSpec[];
}

/** The number of learned values of a network. */
export function parameterCountOf({ features, layers }: SizedNetwork): number {
  return sizeOf({ ...layoutOf(features), layers }).parameters;
}
