import { initializerFor } from '../../engine/layers/initializers.ts';
import type { LayerRequest, NetworkSettings } from '../schemas/network.ts';

/** The layer with every default filled in. */
export function resolveLayer({
  units,
  activation = 'relu',
  ...given
}: LayerRequest): NetworkSettings['layers'][number] {
  const { initializer = initializerFor(activation), normalization = null, dropout = 0 } = given;
  return { units, activation, initializer, normalization, dropout };
}
