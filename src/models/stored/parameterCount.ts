import type { LayerSpec } from '../../engine/layers/layerSpec.ts';
import { sizeOf } from '../../engine/network/size.ts';
import type { FittedFeatures } from '../../features/features.ts';
import { layoutOf } from '../../features/transform.ts';
import type { Queries } from '../../store/database/database.ts';
import { readSummary } from './summary.ts';

/** What the size of a network follows from. Its layers include the output layer. */
interface SizedNetwork {
  readonly features: FittedFeatures;
  readonly layers: readonly LayerSpec[];
}

/** How many numbers of a network were learned. */
export function parameterCountOf({ features, layers }: SizedNetwork): number {
  return sizeOf({ ...layoutOf(features), layers }).parameters;
}

/** The same of the stored model with that id; 0 when it was deleted. */
export async function countParameters(queries: Queries, modelId: string): Promise<number> {
  const model = await queries.selectFrom('models').select('summary').where('id', '=', modelId).executeTakeFirst();
  return model === undefined ? 0 : readSummary(model.summary).parameterCount;
}
