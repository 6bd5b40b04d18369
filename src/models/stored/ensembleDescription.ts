import { z } from 'zod';
import { warningSchema } from '../../kit/warning.ts';
import { fromJson, toJson } from '../../store/database/json.ts';
import { inputSchema } from './inputSchema.ts';
import { modelMetricsSchema } from './metricsSchema.ts';

/** A network of an ensemble that a job has trained. */
export const snapshotSchema = z
  .object({
    member: z.int().min(1).describe('The network of the job, from 1. `GET /v1/jobs/{id}/members` lists them.'),
    fold: z.int().min(1).nullable().describe('The fold that it was not trained on, from 1; null without folds.'),
    epoch: z.int().min(1).describe('Its parameters are those after this epoch.'),
    weight: z.number().describe('Its share of the mean.'),
    score: z
      .number()
      .nullable()
      .describe('Its own score on the validation rows, with the networks of all folds; lower is better.'),
    temperature: z
      .number()
      .positive()
      .describe('W and b of the output layer were divided by it, to calibrate the probabilities; 1: they were not.'),
  })
  .meta({ id: 'ModelSnapshot', description: 'A network of an ensemble that a job has trained.' });

/** What is stored with an ensemble beside its members: what the API shows. */
export const ensembleSchema = z.object({
  version: z.literal(1),
  kind: z.literal('ensemble'),
  members: z
    .array(z.string())
    .nullable()
    .describe('The ids of the models that the members are copies of, in order; null if a job has trained them.'),
  snapshots: z.array(snapshotSchema).nullable().describe('Those of a job, in order; null for copies of models.'),
  classes: z.array(z.string()).nullable(),
  inputs: z.array(inputSchema),
  parameterCount: z.int(),
  multiplyAddsPerRow: z.int(),
  metrics: modelMetricsSchema,
  warnings: z.array(warningSchema),
});
export type EnsembleDescription = z.infer<typeof ensembleSchema>;

/** The number of networks of an ensemble. */
export function countNetworks({ members, snapshots }: EnsembleDescription): number {
  return (members ?? snapshots ?? []).length;
}

/**
 * The text of a description. Non-finite numbers become null, as JSON has no others.
 * Throws ZodError if the text could not be read again.
 */
export function writeEnsemble(description: object): string {
  const text = toJson(description);
  ensembleSchema.parse(fromJson(text));
  return text;
}
