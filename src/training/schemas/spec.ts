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
const weightColumn = z.string().nullable().describe('A column with the weight of each row; it is not a feature.');

export const MAX_FOLDS = 10;
const foldSchema = z.strictObject({
  number: z.int().min(1).max(MAX_FOLDS).describe('The fold that validates the network, from 1.'),
  of: z.int().min(2).max(MAX_FOLDS).describe('The number of folds. The network trains on the others.'),
});
export type Fold = z.infer<typeof foldSchema>;

/** A training in a client's request; only `target` is required. */
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

/** A training with every default filled in: jobs store it and workers run it. */
export const trainingSpecSchema = z.strictObject({
  target,
  task: taskSchema,
  features: featuresSchema.required(),
  weightColumn,
  split: splitSchema,
  fold: foldSchema
    .optional()
    .describe('Of a network of an ensemble with folds: the training and validation rows of `split` are divided again.'),
  network: networkSchema,
  training: trainingSchema,
});
export type TrainingSpec = z.infer<typeof trainingSpecSchema>;
