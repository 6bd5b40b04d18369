import { createActivation } from './activation.ts';
import { createDense } from './dense.ts';
import { createDropout } from './dropout.ts';
import type { Layer } from './layer.ts';
import type { CompleteLayer, CreateLayer, LayerPosition } from './layerSpec.ts';
import { NORMALIZATIONS } from './normalizations.ts';
import { createOneHot } from './oneHot.ts';

/** Every link that layer l of the notes can have, in the order of the forward pass. */
const LINKS: readonly CreateLayer[] = [createOneHot, createDense, createNormalization, createActivation, createDropout];

function createNormalization({ units, normalization }: CompleteLayer): Layer | null {
  return normalization === null ? null : NORMALIZATIONS[normalization].create(units);
}

/** The links of layer l. */
export function createLinks(spec: CompleteLayer, position: LayerPosition): readonly Layer[] {
  return LINKS.map((create) => create(spec, position)).filter((link) => link !== null);
}

/** The fewest rows of a training step with this layer. */
export function minRowsOf(spec: CompleteLayer): number {
  const links = createLinks(spec, { layer: 1, layers: 1, inputs: 1, drawsBiases: false, oneHot: [] });
  return Math.max(...links.map(({ minRows }) => minRows));
}
