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

/** Numbers of E: the inputs of a layer are at most as many as its units. */
export const MAX_EMBEDDED_NUMBERS = MAX_UNITS;
const MAX_WIDTH = 1024;
const MAX_BINS = 128;
/** The smallest widths: the cosine embedding of an input is the input and at least one wave. */
export const MIN_WIDTH = { cosine: 2, piecewiseLinear: 1 } as const;

function widthSchema(type: keyof typeof MIN_WIDTH) {
  return z
    .int()
    .min(MIN_WIDTH[type])
    .max(MAX_WIDTH)
    .describe('d: how many numbers each number column becomes. Left out: chosen from the number of such columns.');
}

export const cosineSchema = z.strictObject({
  type: z.literal('cosine'),
  width: widthSchema('cosine'),
  scale: z
    .number()
    .min(1e-4)
    .max(1000)
    .describe(
      'Standard deviation of the first frequencies w, in turns for a change of 1 of the scaled number. The best value depends on the table, from .02 to 10.',
    ),
});

export const piecewiseLinearSchema = z.strictObject({
  type: z.literal('piecewiseLinear'),
  width: widthSchema('piecewiseLinear'),
  bins: z
    .int()
    .min(1)
    .max(MAX_BINS)
    .describe(
      'Ranges of about equally many training rows, in each of which the embedding is a line of its own. A column with few values has fewer. Left out: one for 100 rows, at most 48.',
    ),
});

/** An embedding, every default filled in. */
const embeddingSchema = z.discriminatedUnion('type', [cosineSchema, piecewiseLinearSchema]);
export type EmbeddingSettings = z.infer<typeof embeddingSchema>;

const cosineRequestSchema = cosineSchema.partial({ width: true, scale: true });
const piecewiseLinearRequestSchema = piecewiseLinearSchema.partial({ width: true, bins: true });

/** An embedding as a client writes it: only `type` is required. */
const embeddingRequestSchema = z.discriminatedUnion('type', [cosineRequestSchema, piecewiseLinearRequestSchema]);
export type EmbeddingRequest = z.infer<typeof embeddingRequestSchema>;

const columns = z
  .int()
  .min(1)
  .optional()
  .describe('f: how many of the inputs are embedded, the first ones. Default: all.');
/** The same for a network without a table, which has inputs instead of columns. */
export const inputsEmbeddingSchema = z.discriminatedUnion('type', [
  cosineRequestSchema.extend({ columns }),
  piecewiseLinearRequestSchema.extend({ columns }),
]);

export const EMBEDDING_DESCRIPTION =
  'Layer 0: each scaled number column x becomes `width` learned numbers E; all other inputs go to layer 1 as they are. null: none. ' +
  '`cosine`: E = s C + t with C = x, cos(2π (w x + b)), …. `piecewiseLinear`: E = l x + m + V q(x), where q(x) is the position of x in each bin.';

/** The hidden layers, and the embedding before them; the service adds the output layer. */
export const networkSchema = z.strictObject({
  embedding: embeddingSchema.nullable().describe(EMBEDDING_DESCRIPTION),
  layers: z.array(layerSchema).max(MAX_LAYERS),
});
export type NetworkSettings = z.infer<typeof networkSchema>;

/** A layer as a client writes it: only `units` is required. */
export const layerRequestSchema = layerSchema
  .partial({ activation: true, initializer: true, normalization: true, dropout: true })
  .meta({ examples: [{ units: 64, activation: 'relu', initializer: 'he', normalization: null, dropout: 0.1 }] });
export type LayerRequest = z.infer<typeof layerRequestSchema>;

/** The network as a client writes it. */
export const networkRequestSchema = z
  .strictObject({
    embedding: embeddingRequestSchema
      .nullable()
      .optional()
      .describe(`${EMBEDDING_DESCRIPTION} Default: null.`)
      .meta({ examples: [{ type: 'cosine', width: 24, scale: 1 }] }),
    layers: z
      .array(layerRequestSchema)
      .max(MAX_LAYERS)
      .optional()
      .describe('The hidden layers, from the inputs on; the output layer is added. Empty: a linear model.'),
  })
  .describe('The hidden layers, and how numbers are embedded before them. Default: layers sized by the data.');
