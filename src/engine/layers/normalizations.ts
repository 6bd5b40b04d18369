import { batchNorm } from './batchNorm.ts';
import { layerNorm } from './layerNorm.ts';
import type { Normalization } from './normalization.ts';

/** Every normalization by name. */
export const NORMALIZATIONS = {
  batch: batchNorm,
  layer: layerNorm,
} satisfies Readonly<Record<string, Normalization>>;

export type NormalizationName = keyof typeof NORMALIZATIONS;

/** Whether the layer's normalization makes b irrelevant. */
export function cancelsBias(normalization: NormalizationName | null): boolean {
  return normalization !== null && NORMALIZATIONS[normalization].cancelsBias;
}
