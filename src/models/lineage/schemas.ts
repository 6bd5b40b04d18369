import { z } from 'zod';
import { JOB_STATES } from '../../store/database/tables.ts';
import { EXAMPLE_MODEL_ID } from '../stored/modelName.ts';

const named = z.object({ id: z.string(), name: z.string() });

export const lineageSchema = z
  .object({
    dataset: z
      .object({
        id: z.string(),
        name: z.string().nullable(),
        sha256: z.string().nullable().describe('The hash of the uploaded file.'),
        rows: z.int().nullable(),
        createdAt: z.iso.datetime().nullable(),
        deleted: z.boolean().describe('If true, the other fields except `id` are null.'),
      })
      .nullable()
      .describe('The dataset of the training; null for an ensemble whose dataset was deleted.'),
    job: named
      .extend({ state: z.enum(JOB_STATES), createdAt: z.iso.datetime() })
      .nullable()
      .describe('The job that trained the model; null if it was deleted, and for an ensemble of models.'),
    sweep: named
      .extend({ trial: z.int().describe('The number of the trial.') })
      .nullable()
      .describe('The sweep that the job is a trial of; null: none, or it was deleted.'),
    model: named.extend({ sha256: z.string(), createdAt: z.iso.datetime() }),
    members: z
      .array(z.object({ id: z.string(), name: z.string().nullable(), deleted: z.boolean() }))
      .describe('Of an ensemble of models: the models that it has copies of. Otherwise empty.'),
    ensembles: z.array(named).describe('The ensembles that have a copy of this model, newest first, at most 200.'),
    aliases: z.array(z.string()).describe('The names that point to the model.'),
  })
  .meta({
    id: 'Lineage',
    description: 'Where a model comes from, and what was made of it.',
    example: {
      dataset: {
        ...{ id: 'ds_01jd8m3c6r0v3k9m7d5x2w1q4z', name: 'churn', sha256: '9f86d081884c7d65', rows: 7043 },
        ...{ createdAt: '2026-11-23T07:58:00.000Z', deleted: false },
      },
      job: {
        ...{ id: 'job_01jd8m9wq2t5n8x1c4v7b0k3z6', name: 'churn Churn', state: 'succeeded' },
        createdAt: '2026-11-23T08:00:00.000Z',
      },
      sweep: null,
      model: {
        ...{ id: EXAMPLE_MODEL_ID, name: 'churn Churn', sha256: '2c26b46b68ffc68f' },
        createdAt: '2026-11-23T08:00:04.000Z',
      },
      members: [],
      ensembles: [],
      aliases: ['churn-live'],
    },
  });
export type Lineage = z.infer<typeof lineageSchema>;
