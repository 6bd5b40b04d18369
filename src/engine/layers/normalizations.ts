import { batch } from './batchNorm.ts';
import { layer } from './layerNorm.ts';
import type { Normalization } from './normalization.ts';

/** Every normalization by name. */
export const NORMALIZATIONS = { batch, layer } satisfies Readonly<Record<string, Normalization>>;

export type NormalizationName = keyof typeof NORMALIZATIONS;
