import { z } from 'zod';
import { ACTIVATIONS } from '../engine/kernels/kernels.ts';
import { labelFilter, labelsSchema } from '../jobs/submission/labels.ts';
import { hyperparametersSchema } from '../jobs/submission/requestSchema.ts';
import { givenName, pageOf, pageQuery, repeatable } from '../kit/contract/wire.ts';
import { warningSchema } from '../kit/warning.ts';
import { normalizationNames } from '../training/schemas/network.ts';
import { taskSchema } from '../training/schemas/task.ts';
import { bestSchema } from './stored/description.ts';
import { snapshotSchema } from './stored/ensembleDescription.ts';
import { inputSchema } from './stored/inputSchema.ts';
import { modelMetricsSchema, summaryMetricsSchema } from './stored/metricsSchema.ts';

export const deletionQuery = z.strictObject({
  force: z.enum(['true', 'false']).default('false').describe('`true`: also deletes the aliases of the model.'),
});

export const modelsQuery = pageQuery.extend({
  datasetId: z.string().max(64).optional().describe('Only models trained on this dataset.'),
  jobId: z.string().max(64).optional().describe('Only the model of this job.'),
  label: repeatable(labelFilter)
    .optional()
    .describe('Only models with this label, as name:value; if repeated, models must have all of them.'),
});
export type ModelsQuery = z.output<typeof modelsQuery>;

const MAX_NOTES = 20_000;

export const modelChange = z
  .strictObject({
    name: givenName.optional().describe('A name for people.'),
    labels: labelsSchema.optional().describe('Replaces all labels: `GET /v1/models?label=team:risk`.'),
    notes: z.string().max(MAX_NOTES).optional().describe('Text about the model, as Markdown.'),
  })
  .meta({
    id: 'ModelChange',
    description: 'The fields to change. Everything else about a model never changes.',
    example: { name: 'churn 2026', labels: { team: 'risk' }, notes: 'Do not use for new contracts.' },
  });
export type ModelChange = z.output<typeof modelChange>;

const layerTableSchema = z
  .object({
    layer: z.int().describe('l, from 1.'),
    units: z.int().describe('n[l].'),
    activation: z.enum(ACTIVATIONS).describe('g[l]. The output layer returns logits, log rates or scaled numbers.'),
    normalization: z.enum(normalizationNames).nullable(),
    dropout: z.number().describe('In training only.'),
    shapes: z
      .record(z.string(), z.array(z.int()))
      .describe('The shape of each parameter: W (n[l], n[l-1]), b (n[l], 1), those of a normalization (n[l], 1).'),
  })
  .meta({ id: 'ModelLayer' });

const embeddingTableSchema = z
  .object({
    layer: z.literal(0),
    type: z.enum(['cosine', 'piecewiseLinear']),
    columns: z.array(z.string()).describe('The columns whose scaled numbers it reads, in order.'),
    width: z.int().describe('d: numbers of each column.'),
    shapes: z.record(z.string(), z.array(z.int())).describe('The shape of each parameter.'),
  })
  .meta({ id: 'ModelEmbedding' });

export const modelSchema = z
  .object({
    id: z.string(),
    name: z.string().describe('The name of its job; for an ensemble, the given name.'),
    jobId: z
      .string()
      .nullable()
      .describe('The job that trained it; null if the job was deleted, and for an ensemble of models.'),
    datasetId: z.string().nullable().describe('The dataset of its training; null if it was deleted.'),
    createdAt: z.iso.datetime(),
    task: taskSchema,
    target: z.string().describe('The column that the model predicts.'),
    classes: z.array(z.string()).nullable().describe('The labels, in the order of the outputs; null for a regression.'),
    inputs: z.array(inputSchema).describe('The columns that the model reads.'),
    members: z
      .array(z.string())
      .nullable()
      .describe(
        'Of an ensemble of models: the models whose predictions it averages, in order. It stores copies of them, so they may have been deleted. Otherwise null.',
      ),
    snapshots: z
      .array(snapshotSchema)
      .nullable()
      .describe(
        'Of an ensemble that a job has trained: the networks whose predictions it averages, in the order in which they were selected. Otherwise null.',
      ),
    embedding: embeddingTableSchema.nullable().describe('How numbers are embedded; null: not, and for an ensemble.'),
    layers: z
      .array(layerTableSchema)
      .describe(
        'The layers, including the output layer; empty for an ensemble, whose parameters list the layers of each member.',
      ),
    parameterCount: z.int().describe('The number of learned values; for an ensemble, of all members together.'),
    multiplyAddsPerRow: z
      .int()
      .describe(
        'The cost of predicting one row: multiply-adds of the forward pass; for an ensemble, of all members together. `maxSelected` of a job limits it.',
      ),
    metrics: modelMetricsSchema,
    best: bestSchema.nullable().describe('The epoch of these parameters; null for an ensemble.'),
    hyperparameters: hyperparametersSchema
      .nullable()
      .describe('Null for an ensemble, because each member has its own.'),
    sha256: z
      .string()
      .describe(
        'The hash of the parameters: of the layer, name, shape and float32 bytes of each, ordered by layer and name. For an ensemble: of the `sha256` of each member, in order, one per line.',
      ),
    aliases: z.array(z.string()),
    labels: z.record(z.string(), z.string()).describe('Labels to search models by.'),
    notes: z.string().describe('Text about the model, as Markdown.'),
    warnings: z.array(warningSchema).describe('Warnings of the training.'),
  })
  .meta({
    id: 'Model',
    description:
      'A trained network with its fitted preprocessing, or an ensemble, which averages the predictions of several: of models, or of the networks of one job.',
  });
export type Model = z.infer<typeof modelSchema>;

const modelSummarySchema = modelSchema
  .omit({
    ...{
      classes: true,
      inputs: true,
      embedding: true,
      layers: true,
      hyperparameters: true,
      warnings: true,
      notes: true,
    },
  })
  .extend({ metrics: summaryMetricsSchema })
  .meta({
    id: 'ModelSummary',
    description:
      'A model without `classes`, `inputs`, `embedding`, `layers`, `hyperparameters`, `warnings`, `notes` and confusion matrices, which have megabytes if there are many columns or classes. `GET /v1/models/{id}` returns them.',
  });
export type ModelSummary = z.infer<typeof modelSummarySchema>;

export const modelPage = pageOf(modelSummarySchema).meta({ id: 'ModelPage', description: 'Models, newest first.' });
