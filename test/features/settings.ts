import { type FeaturesSettings, resolveFeatures } from '../../src/features/defaults.ts';
import { type FeaturesRequest, featuresSchema } from '../../src/features/schemas.ts';

/** What a request of `features` comes to for a small table: no bins, every category kept. */
export function settingsOf(request: FeaturesRequest = {}): FeaturesSettings {
  return resolveFeatures(featuresSchema.parse({ bins: 0, minCategoryCount: 1, ...request }), 100, 1);
}
