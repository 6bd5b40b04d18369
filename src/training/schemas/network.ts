import { z } from 'zod';
import { ACTIVATIONS } from '../../engine/kernels/kernels.ts';
import { INITIALIZERS, type InitializerName } from '../../engine/layers/initializers.ts';
import { NORMALIZATIONS, type NormalizationName } from '../../engine/layers/normalizations.ts';

const MAX_UNITS = 16_384;
export const MAX_LAYERS = 64;

// Object.keys loses the literal type of the keys of a constant table.
const initializerNames = Object.keys(INITIALIZERS) as InitializerName[];
export const normalizationNames = Object.keys(NORMALIZATIONS) as NormalizationName[];

/** One hidden layer, every default filled in. */
const layerSchema = z.strictObject({
  units: z.int().min(1).max(MAX_UNITS).describe('n[l]: number of units of the layer.'),
  activation: z.enum(ACTIVATIONS).describe('g[l].'),
  initializer: z.enum(initializerNames).describe('How W is initialized; default: suited to the activation.'),
  normalization: z.enum(normalizationNames).nullable().describe('Between Z and the activation.'),
  dropout: z.number().min(0).lt(1).describe('Fraction of the activations that each training step drops.'),
});

/** The hidden layers; the service adds the output layer. */
export const networkSchema = z.strictObject({ layers: z.array(layerSchema).max(MAX_LAYERS) });
export type NetworkSettings = z.infer<typeof networkSchema>;

/** A layer as a client writes it: only `units` is required. */
export const layerRequestSchema = layerSchema
  .partial({ activation: true, initializer: true, normalization: true, dropout: true })
  .meta({ examples: [{ units: 64, activation: 'relu', initializer: 'he', normalization: null, dropout: 0.1 }] });
export type LayerRequest = z.infer<typeof layerRequestSchema>;

/** The network as a client writes it. */
export const networkRequestSchema = z
  .strictObject({
    layers: z
      .array(layerRequestSchema)
      .max(MAX_LAYERS)
      .optional()
      .describe('The hidden layers, from the inputs on; the output layer is added. Empty: a linear model.'),
  })
  .describe('The hidden layers. Default: sized by the data.');
