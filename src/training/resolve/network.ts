import { completeLayer } from '../../engine/layers/layerSpec.ts';
import type { LayerRequest, NetworkSettings } from '../schemas/network.ts';

/**
 * The layer with every default filled in. Hidden layers have relu where the request names no
 * activation.
 */
export function resolveLayer({ activation = 'relu', ...given }: LayerRequest): NetworkSettings['layers'][number] {
  return completeLayer({ activation, ...given });
}
