import { z } from 'zod';
import { featuresSchema } from '../../features/schemas.ts';
import { networkRequestSchema, networkSchema } from './network.ts';
import { splitRequestSchema, splitSchema } from './split.ts';
import { taskSchema } from './task.ts';
import { trainingRequestSchema, trainingSchema } from './training.ts';

const target = z
  .string()
  .describe('The column to predict.')
  .meta({ examples: ['income'] });
const weightColumn = z.string().nullable().describe('A column that says how much each row counts; it is no feature.');

/** What a client says of a training; only `target` is needed. */
export const specRequestSchema = z.strictObject({
  target,
  task: taskSchema.optional(),
  features: featuresSchema.prefault({}),
  weightColumn: weightColumn.optional(),
  split: splitRequestSchema.optional(),
  network: networkRequestSchema.optional(),
  training: trainingRequestSchema.optional(),
});
export type SpecRequest = z.output<typeof specRequestSchema>;

/** A training with every default filled in: what a job keeps and a worker runs. */
export const trainingSpecSchema = z.strictObject({
  target,
  task: taskSchema,
  features: featuresSchema.required(),
  weightColumn,
  split: splitSchema,
  network: networkSchema,
  training: trainingSchema,
});
export type TrainingSpec = z.infer<typeof trainingSpecSchema>;
