import type { EmbeddingSpec } from '../../engine/layers/embedding/embedding.ts';
import type { LayerSpec } from '../../engine/layers/layerSpec.ts';
import { sizeOf } from '../../engine/network/size.ts';
import type { FittedFeatures } from '../../features/features.ts';
import { layoutOf } from '../../features/transform.ts';

/** The inputs, embedding and layers of a network, the output layer too. They determine its size. */
interface SizedNetwork {
  readonly features: FittedFeatures;
  readonly embedding: EmbeddingSpec | null;
  readonly layers: readonly LayerSpec[];
}

/** The number of learned values of a network. */
export function parameterCountOf({ features, embedding, layers }: SizedNetwork): number {
  return sizeOf({ ...layoutOf(features), embedding, layers }).parameters;
}
