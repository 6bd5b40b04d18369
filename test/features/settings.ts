import { type FeaturesSettings, resolveFeatures } from '../../src/features/defaults.ts';
import { type FeaturesRequest, featuresSchema } from '../../src/features/schemas.ts';

/**
 * The settings of a request of `features` for a small table: no bins, an input for every category.
 */
export function settingsOf(request: FeaturesRequest = {}): FeaturesSettings {
  return resolveFeatures(featuresSchema.parse({ bins: 0, minCategoryCount: 1, ...request }), {
    rows: 100,
    numberColumns: 1,
    isEmbedded: false,
  });
}
