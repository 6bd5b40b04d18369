import { z } from 'zod';
import { ACTIVATIONS } from '../../engine/kernels/kernels.ts';
import { EXAMPLE_MODEL_ID } from '../stored/modelName.ts';
import { memberQuery } from '../stored/namedNetworks.ts';

const PARAMETER_FORMATS = ['json'] as const;
export const parametersQuery = z.strictObject({
  format: z.enum(PARAMETER_FORMATS).default('json').describe('The format of the parameters.'),
  member: memberQuery,
});

const matrixSchema = z.object({
  shape: z.array(z.int()).describe('The length of each axis; of a matrix: rows and columns.'),
  values: z
    .array(z.array(z.number().nullable()))
    .describe('Row by row. Axes beyond the second are flattened into the row, in row-major order.'),
});
const layerParametersSchema = z
  .object({
    layer: z.int().describe('l, from 1.'),
    activation: z.enum(ACTIVATIONS),
    W: matrixSchema.describe('(n[l], n[l-1])'),
    b: matrixSchema.describe('(n[l], 1)'),
  })
  .catchall(matrixSchema)
  .meta({ id: 'LayerParameters' });
const embeddingParametersSchema = z
  .object({
    layer: z.literal(0),
    type: z.enum(['cosine', 'piecewiseLinear']),
    w: matrixSchema.optional().describe('(f, d - 1): the frequencies of each embedded column; of `cosine`.'),
    b: matrixSchema.optional().describe('(f, d - 1), in turns; of `cosine`.'),
    s: matrixSchema.optional().describe('(f, d), of `cosine`.'),
    t: matrixSchema.optional().describe('(f, d), of `cosine`.'),
    l: matrixSchema.optional().describe('(f, d), of `piecewiseLinear`.'),
    m: matrixSchema.optional().describe('(f, d), of `piecewiseLinear`.'),
    V: matrixSchema
      .optional()
      .describe('(bins, d): the bins of the first embedded column, then those of the next; of `piecewiseLinear`.'),
    edges: z
      .array(z.array(z.number()))
      .optional()
      .describe('The edges of the bins of each embedded column, in its scaled values; of `piecewiseLinear`.'),
  })
  .nullable()
  .describe('Layer 0; null: there is none.')
  .meta({ id: 'EmbeddingParameters' });
/** The network of the examples. */
const EXAMPLE_LAYERS = [
  {
    layer: 1,
    activation: 'linear' as const,
    W: { shape: [1, 2], values: [[0.5, -0.25]] },
    b: { shape: [1, 1], values: [[0.1]] },
  },
];
const networkParametersSchema = z
  .object({ embedding: embeddingParametersSchema, layers: z.array(layerParametersSchema) })
  .meta({
    id: 'Parameters',
    description: 'The learned parameters, layer by layer. Each number is exactly the float32 that the network uses.',
    example: { embedding: null, layers: EXAMPLE_LAYERS },
  });

const ensembleParametersSchema = z
  .object({
    members: z.array(
      z.object({
        modelId: z.string().optional().describe('Of an ensemble of models: the model that the member is a copy of.'),
        member: z.int().optional().describe('Of an ensemble that a job has trained: the network of the job.'),
        epoch: z.int().optional().describe('Of an ensemble that a job has trained: the epoch of the parameters.'),
        embedding: embeddingParametersSchema,
        layers: z.array(layerParametersSchema),
      }),
    ),
  })
  .meta({
    id: 'EnsembleParameters',
    description: 'The learned parameters of each member of an ensemble, in order.',
    example: { members: [{ modelId: EXAMPLE_MODEL_ID, embedding: null, layers: EXAMPLE_LAYERS }] },
  });

export const parametersSchema = z
  .union([networkParametersSchema, ensembleParametersSchema])
  .meta({ examples: [{ embedding: null, layers: EXAMPLE_LAYERS }] });
