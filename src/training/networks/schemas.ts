import { z } from 'zod';
import { ACTIVATIONS } from '../../engine/kernels/kernels.ts';
import { EMBEDDING_DESCRIPTION, inputsEmbeddingSchema, layerRequestSchema, MAX_LAYERS } from '../schemas/network.ts';
import { optimizerRequestSchema } from '../schemas/optimizer.ts';
import { averagingSchema } from '../schemas/training.ts';

const MAX_INPUTS = 1_000_000;
const MAX_BATCH_SIZE = 1_000_000;
const DEFAULT_BATCH_SIZE = 32;

/** The network in the notes: 3 inputs, L = 4. */
const NOTES_NETWORK = {
  inputs: 3,
  layers: [
    { units: 5, activation: 'relu' },
    { units: 5, activation: 'relu' },
    { units: 3, activation: 'relu' },
    { units: 1, activation: 'sigmoid' },
  ],
  batchSize: 32,
} as const;

export const inspectRequest = z
  .strictObject({
    inputs: z.int().min(1).max(MAX_INPUTS).describe('n[0]: the number of inputs of a row.'),
    embedding: inputsEmbeddingSchema.nullable().default(null).describe(EMBEDDING_DESCRIPTION),
    layers: z
      .array(layerRequestSchema)
      .min(1)
      .max(MAX_LAYERS)
      .describe(
        'Layers 1 to L; the last is the output layer. The default activation is relu, for the output layer linear.',
      ),
    batchSize: z.int().min(1).max(MAX_BATCH_SIZE).default(DEFAULT_BATCH_SIZE).describe('m: rows per step.'),
    optimizer: optimizerRequestSchema
      .prefault({ type: 'adam' })
      .describe('The optimizer of a training, whose state counts as memory. Default: adam.'),
    averaging: averagingSchema
      .nullable()
      .default(null)
      .describe('The moving average of a training, which counts as memory. Default: null, none.'),
  })
  .meta({
    id: 'NetworkRequest',
    description: 'A network, including the output layer. The example is n = 3, 5, 5, 3, 1.',
    example: NOTES_NETWORK,
  });
export type InspectRequest = z.output<typeof inspectRequest>;

/** One length per axis. */
const shape = z.array(z.int());

const layerDimensionsSchema = z
  .object({
    layer: z.int().describe('l, from 1.'),
    units: z.int().describe('n[l].'),
    activation: z.enum(ACTIVATIONS).describe('g[l].'),
    W: shape.describe('(n[l], n[l-1])'),
    b: shape.describe('(n[l], 1)'),
    Z: shape.describe('(n[l], m)'),
    A: shape.describe('(n[l], m)'),
    dZ: shape.describe('(n[l], m)'),
    dA: shape.describe('(n[l], m)'),
    dW: shape.describe('(n[l], n[l-1])'),
    db: shape.describe('(n[l], 1)'),
    gamma: shape.optional().describe('(n[l], 1), if the layer is normalized.'),
    beta: shape.optional().describe('(n[l], 1), if the layer is normalized.'),
  })
  .catchall(shape)
  .meta({ id: 'LayerDimensions' });

const embeddingDimensionsSchema = z
  .object({
    layer: z.literal(0),
    type: z.enum(['cosine', 'piecewiseLinear']),
    columns: z.int().describe('f: the embedded inputs.'),
    width: z.int().describe('d.'),
    units: z.int().describe('Numbers of a row of E: f d, and the inputs that are not embedded. The inputs of layer 1.'),
    E: shape.describe('(units, m)'),
    dE: shape.describe('(units, m)'),
    w: shape.optional().describe('(f, d - 1), of `cosine`.'),
    b: shape.optional().describe('(f, d - 1), of `cosine`.'),
    s: shape.optional().describe('(f, d), of `cosine`.'),
    t: shape.optional().describe('(f, d), of `cosine`.'),
    l: shape.optional().describe('(f, d), of `piecewiseLinear`.'),
    m: shape.optional().describe('(f, d), of `piecewiseLinear`.'),
    V: shape.optional().describe('(f bins, d), of `piecewiseLinear`.'),
  })
  .meta({ id: 'EmbeddingDimensions' });

export const inspectResponse = z
  .object({
    inputs: z.int().describe('n[0].'),
    batchSize: z.int().describe('m.'),
    embedding: embeddingDimensionsSchema.nullable().describe('Layer 0; null: there is none.'),
    layers: z.array(layerDimensionsSchema).describe('Layers 1 to L.'),
    updates: z
      .array(
        z.object({
          parameters: z.array(z.string()).describe('Their names: `W1` is W of layer 1.'),
          learningRate: z.number().describe("Their learning rate at the schedule's start."),
          weightDecay: z.number(),
        }),
      )
      .describe('How the optimizer updates every learned parameter, by its groups.'),
    totals: z.object({
      parameters: z.int().describe('The number of learned values.'),
      multiplyAddsPerRow: z.int().describe('The multiply-adds of the forward products.'),
      multiplyAddsPerUpdate: z
        .int()
        .describe("The multiply-adds of the optimizer's products in a step: those of muon; 0 for the others."),
      trainingBytes: z.int().describe('The memory of a training in float32, without the training rows.'),
    }),
  })
  .meta({ id: 'NetworkDimensions', description: 'The dimension table of a network, in the notation of the notes.' });
export type InspectResponse = z.infer<typeof inspectResponse>;
