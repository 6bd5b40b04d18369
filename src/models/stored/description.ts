import { z } from 'zod';
import { fittedFeaturesSchema } from '../../features/features.ts';
import { fittedTargetSchema } from '../../features/target.ts';
import { parseOptionsSchema } from '../../formats/parseOptions.ts';
import { warningSchema } from '../../kit/warning.ts';
import { networkSchema } from '../../training/schemas/network.ts';
import { type EnsembleDescription, ensembleSchema } from './ensembleDescription.ts';
import { modelMetricsSchema } from './metricsSchema.ts';

export const bestSchema = z.object({ epoch: z.int(), validationLoss: z.number().nullable() });

/** What is kept with a model beside its parameters: all that turns rows into predictions, and what people want to know of it. */
const descriptionSchema = z.object({
  version: z.literal(1),
  columns: z
    .array(z.string())
    .describe('Every column of the dataset: those that the model does not read are passed over.'),
  readAs: z
    .array(z.tuple([z.string(), parseOptionsSchema]))
    .default([])
    .describe(
      'How columns were written in the file of the dataset, by their names; models of earlier versions do not know.',
    ),
  features: fittedFeaturesSchema,
  fittedTarget: fittedTargetSchema,
  layers: networkSchema.shape.layers.describe('The output layer included.'),
  loss: z.looseObject({ type: z.string() }),
  metrics: modelMetricsSchema,
  best: bestSchema,
  hyperparameters: z.looseObject({}),
  warnings: z.array(warningSchema),
});
export type Description = z.infer<typeof descriptionSchema>;

/** Of any model: of a single network, or of an ensemble of them, which has `members`. Throws ZodError as well. */
export function readAnyDescription(text: string): Description | EnsembleDescription {
  const stored = JSON.parse(text);
  return stored.kind === 'ensemble' ? ensembleSchema.parse(stored) : descriptionSchema.parse(stored);
}

/** Of a single network. Throws ZodError when the text is no description: the database holds something else than was written. */
export function readDescription(text: string): Description {
  return descriptionSchema.parse(JSON.parse(text));
}

/** The text that `readDescription` reads; numbers that are not finite become null, as JSON has it. Throws ZodError as well. */
export function writeDescription(description: object): string {
  const text = JSON.stringify(description);
  readDescription(text);
  return text;
}
