import { z } from 'zod';
import { ACTIVATIONS } from '../engine/kernels/kernels.ts';
import { hyperparametersSchema } from '../jobs/submission/requestSchema.ts';
import { pageOf, pageQuery } from '../kit/contract/wire.ts';
import { warningSchema } from '../kit/warning.ts';
import { normalizationNames } from '../training/schemas/network.ts';
import { taskSchema } from '../training/schemas/task.ts';
import { bestSchema } from './stored/description.ts';
import { inputSchema } from './stored/inputSchema.ts';
import { modelMetricsSchema, summaryMetricsSchema } from './stored/metricsSchema.ts';

export const EXAMPLE_MODEL_ID = 'mdl_01jd3k8z5mq0v7x2w9c4n6b8rt';
/** In examples of requests: no model has this id. */
export const MODEL_TO_REPLACE = 'mdl_replacethis';

/** Of a model, wherever a client names one. */
export const modelName = z
  .string()
  .min(1)
  .max(64)
  .describe('The id of a model, or an alias.')
  .meta({ examples: [MODEL_TO_REPLACE, 'churn-live'] });

export const modelParams = z.object({ id: modelName });

export const deletionQuery = z.strictObject({
  force: z.enum(['true', 'false']).default('false').describe('`true`: deletes the aliases of the model too.'),
});

export const modelsQuery = pageQuery.extend({
  datasetId: z.string().max(64).optional().describe('Only models trained on this dataset.'),
  jobId: z.string().max(64).optional().describe('Only the model of this job.'),
});
export type ModelsQuery = z.output<typeof modelsQuery>;

const layerTableSchema = z
  .object({
    layer: z.int().describe('l, from 1.'),
    units: z.int().describe('n[l].'),
    activation: z.enum(ACTIVATIONS).describe('g[l]. The output layer gives logits, log rates or scaled numbers.'),
    normalization: z.enum(normalizationNames).nullable(),
    dropout: z.number().describe('In training only.'),
    shapes: z
      .record(z.string(), z.array(z.int()))
      .describe('The shape of each parameter: W (n[l], n[l-1]), b (n[l], 1), those of a normalization (n[l], 1).'),
  })
  .meta({ id: 'ModelLayer' });

export const modelSchema = z
  .object({
    id: z.string(),
    name: z.string().describe('The name of its job; of an ensemble, the one that it was given.'),
    jobId: z.string().nullable().describe('The job that trained it; null when that is deleted, and for an ensemble.'),
    datasetId: z.string().nullable().describe('What it was trained on; null when that is deleted.'),
    createdAt: z.iso.datetime(),
    task: taskSchema,
    target: z.string().describe('The column that it predicts.'),
    classes: z.array(z.string()).nullable().describe('The labels, in the order of the outputs; null for a regression.'),
    inputs: z.array(inputSchema).describe('The columns that it reads.'),
    members: z
      .array(z.string())
      .nullable()
      .describe(
        'Of an ensemble: the models whose answers it averages, in order. It has copies of them: they may be deleted since. Null for a single network.',
      ),
    layers: z
      .array(layerTableSchema)
      .describe(
        'The layer table, output layer included; empty for an ensemble, whose parameters have those of each member.',
      ),
    parameterCount: z.int().describe('How many numbers were learned; of an ensemble, by all members together.'),
    metrics: modelMetricsSchema,
    best: bestSchema.nullable().describe('The epoch whose parameters these are; null for an ensemble.'),
    hyperparameters: hyperparametersSchema
      .nullable()
      .describe('Null for an ensemble: each of its members has its own.'),
    sha256: z
      .string()
      .describe(
        'Of the parameters: of each, in the order of layers and names, its layer, name, shape and float32 bytes. Of an ensemble: of the `sha256` of each member, in order, a line each.',
      ),
    aliases: z.array(z.string()),
    warnings: z.array(warningSchema).describe('What the training noted.'),
  })
  .meta({
    id: 'Model',
    description:
      'A trained network with its fitted preprocessing, or an ensemble of such, which answers with the mean of their answers.',
  });
export type Model = z.infer<typeof modelSchema>;

const modelSummarySchema = modelSchema
  .omit({ classes: true, inputs: true, layers: true, hyperparameters: true, warnings: true })
  .extend({ metrics: summaryMetricsSchema })
  .meta({
    id: 'ModelSummary',
    description:
      'A model as lists show it: without `classes`, `inputs`, `layers`, `hyperparameters`, `warnings` and confusion matrices, which have megabytes where there are many columns or classes. `GET /v1/models/{id}` has them.',
  });
export type ModelSummary = z.infer<typeof modelSummarySchema>;

export const modelPage = pageOf(modelSummarySchema).meta({ id: 'ModelPage', description: 'Models, newest first.' });

const PARAMETER_FORMATS = ['json'] as const;
export const parametersQuery = z.strictObject({
  format: z.enum(PARAMETER_FORMATS).default('json').describe('How the parameters are written.'),
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
/** The network of the examples. */
const EXAMPLE_LAYERS = [
  {
    layer: 1,
    activation: 'linear' as const,
    W: { shape: [1, 2], values: [[0.5, -0.25]] },
    b: { shape: [1, 1], values: [[0.1]] },
  },
];
const networkParametersSchema = z.object({ layers: z.array(layerParametersSchema) }).meta({
  id: 'Parameters',
  description: 'What was learned, layer by layer; each number is exactly the float32 that the network uses.',
  example: { layers: EXAMPLE_LAYERS },
});

const ensembleParametersSchema = z
  .object({
    members: z.array(
      z.object({
        modelId: z.string().describe('The model that the member is a copy of.'),
        layers: z.array(layerParametersSchema),
      }),
    ),
  })
  .meta({
    id: 'EnsembleParameters',
    description: 'What was learned by each member of an ensemble, in order.',
    example: { members: [{ modelId: EXAMPLE_MODEL_ID, layers: EXAMPLE_LAYERS }] },
  });

export const parametersSchema = z
  .union([networkParametersSchema, ensembleParametersSchema])
  .meta({ examples: [{ layers: EXAMPLE_LAYERS }] });
