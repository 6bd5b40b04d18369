import { z } from 'zod';
import { LOSS_NAMES } from '../../../engine/losses/losses.ts';
import { layerRequestSchema, MAX_LAYERS } from '../../schemas/network.ts';
import { lossOptionsSchema } from '../../schemas/training.ts';
import { shownLayers, traceFields } from '../../trace/options.ts';

/** Of a list: as many numbers as a layer may have units. */
const MAX_LENGTH = 16_384;

const numbers = z.array(z.number()).max(MAX_LENGTH);
const matrix = z.array(numbers).max(MAX_LENGTH);
const column = z.union([numbers, matrix]).describe('A list of n[l] numbers, or the column (n[l], 1).');

const layerSchema = layerRequestSchema
  .partial({ units: true })
  .extend({
    W: matrix.optional().describe('(n[l], n[l-1]), row by row. Default: drawn by the initializer.'),
    b: column.optional().describe('(n[l], 1). Default: zeros.'),
    gamma: column.optional().describe('(n[l], 1), of a normalization. Default: ones.'),
    beta: column.optional().describe('(n[l], 1), of a normalization. Default: zeros.'),
    mean: column.optional().describe('(n[l], 1), of batch normalization in `predict` mode. Default: zeros.'),
    var: column.optional().describe('(n[l], 1), of batch normalization in `predict` mode. Default: ones.'),
  })
  .describe('Layer l: its number of units, W, or both.');
export type TracedLayerRequest = z.output<typeof layerSchema>;

const embeddedColumns = z
  .array(z.int().min(0))
  .min(1)
  .max(MAX_LENGTH)
  .describe('The embedded inputs: rows of X, from 0, in rising order.');
const embedded = matrix.optional();
const embeddingSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('cosine'),
    columns: embeddedColumns,
    width: z.int().min(2).max(1024),
    scale: z.number().min(1e-4).max(1000).default(1).describe('Standard deviation of w where it is drawn.'),
    w: embedded.describe('(f, d - 1). Default: drawn.'),
    b: embedded.describe('(f, d - 1). Default: zeros.'),
    s: embedded.describe('(f, d). Default: zeros.'),
    t: embedded.describe('(f, d). Default: zeros.'),
  }),
  z.strictObject({
    type: z.literal('piecewiseLinear'),
    columns: embeddedColumns,
    width: z.int().min(1).max(1024),
    edges: matrix.describe('The rising edges of the bins of each embedded input.'),
    l: embedded.describe('(f, d). Default: drawn.'),
    m: embedded.describe('(f, d). Default: drawn.'),
    V: embedded.describe('(bins, d). Default: drawn.'),
  }),
]);

/** The example of the notes: n = 3, 5, 5, 3, 1 with m = 2. */
const EXAMPLE = {
  X: [
    [0.5, -1],
    [-1.5, 2],
    [1, 0.25],
  ],
  T: [[1, 0]],
  layers: [
    { units: 5, activation: 'relu' as const },
    { units: 5, activation: 'relu' as const },
    { units: 3, activation: 'relu' as const },
    { units: 1, activation: 'linear' as const },
  ],
  loss: 'binaryCrossEntropy' as const,
};

export const networkTraceRequest = z
  .strictObject({
    X: matrix.min(1).describe('(n[0], m): one list for each input, with a number for each of the m examples.'),
    T: matrix
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'The targets (n[L], m); of crossEntropy (1, m), the index of the class of each example. Null: only the forward pass.',
      ),
    embedding: embeddingSchema.nullable().default(null).describe('Layer 0. Null: none.'),
    layers: z
      .array(layerSchema)
      .min(1)
      .max(MAX_LAYERS)
      .describe('Layers 1 to L. The default activation is relu, for the output layer linear.'),
    loss: z
      .union([z.enum(LOSS_NAMES), lossOptionsSchema])
      .default('mse')
      .describe(
        'J is its mean over the examples. binaryCrossEntropy and crossEntropy read A[L] as logits: give the output layer no activation.',
      ),
    labelSmoothing: z.number().min(0).lt(1).default(0).describe('Of binaryCrossEntropy and crossEntropy.'),
    classWeights: z
      .array(z.number().positive().max(1e6))
      .max(MAX_LENGTH)
      .nullable()
      .default(null)
      .describe('Of crossEntropy: a weight for each class. J divides by the weights of the examples.'),
    ...traceFields,
    show: shownLayers,
  })
  .meta({
    id: 'NetworkTraceRequest',
    description: 'A network with its parameters, examples and targets. The example is n = 3, 5, 5, 3, 1 with m = 2.',
    example: EXAMPLE,
  });
export type NetworkTraceRequest = z.output<typeof networkTraceRequest>;
