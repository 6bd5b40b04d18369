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

/** The size of a model: of its network, or of all networks of an ensemble together. */
export interface ModelSize {
  /** Learned values. */
  readonly parameterCount: number;
  /** Of the forward pass of one row. */
  readonly multiplyAddsPerRow: number;
}

export function modelSizeOf(networks: readonly SizedNetwork[]): ModelSize {
  const sizes = networks.map(({ features, embedding, layers }) => sizeOf({ ...layoutOf(features), embedding, layers }));
  return {
    parameterCount: sizes.reduce((sum, { parameters }) => sum + parameters, 0),
    multiplyAddsPerRow: sizes.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0),
  };
}
