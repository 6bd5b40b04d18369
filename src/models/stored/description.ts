import { z } from 'zod';
import type { EmbeddingSpec } from '../../engine/layers/embedding/embedding.ts';
import { LOSSES, type LossSpec } from '../../engine/losses/losses.ts';
import { fittedFeaturesSchema } from '../../features/features.ts';
import { fittedTargetSchema } from '../../features/target.ts';
import { parseOptionsSchema } from '../../formats/parseOptions.ts';
import { hyperparametersSchema } from '../../jobs/submission/requestSchema.ts';
import { warningSchema } from '../../kit/warning.ts';
import { fromJson, toJson } from '../../store/database/json.ts';
import { cosineSchema, networkSchema, piecewiseLinearSchema } from '../../training/schemas/network.ts';
import { type EnsembleDescription, ensembleSchema } from './ensembleDescription.ts';
import { modelMetricsSchema } from './metricsSchema.ts';

/** An embedding with the edges that the training rows gave it: what the engine needs. */
const fittedEmbeddingSchema: z.ZodType<EmbeddingSpec> = z.discriminatedUnion('type', [
  cosineSchema.extend({ columns: z.array(z.int()) }),
  piecewiseLinearSchema.omit({ bins: true }).extend({ columns: z.array(z.int()), edges: z.array(z.array(z.number())) }),
]);

export const bestSchema = z.object({ epoch: z.int(), validationLoss: z.number().nullable() });

/**
 * What is stored with a network beside its parameters: the preprocessing, and what the API shows.
 */
const descriptionSchema = z.object({
  version: z.literal(1),
  columns: z
    .array(z.string())
    .describe('Every column of the dataset. Columns that the model does not read are ignored.'),
  readAs: z
    .array(z.tuple([z.string(), parseOptionsSchema]))
    .describe('How columns of the dataset were parsed, by column name.'),
  features: fittedFeaturesSchema,
  fittedTarget: fittedTargetSchema,
  embedding: fittedEmbeddingSchema.nullable(),
  layers: networkSchema.shape.layers.describe('Includes the output layer.'),
  loss: z.custom<LossSpec>(isLossSpec),
  metrics: modelMetricsSchema,
  best: bestSchema,
  hyperparameters: hyperparametersSchema,
  warnings: z.array(warningSchema),
});
export type Description = z.infer<typeof descriptionSchema>;
/** Of a single network, or of an ensemble, which has `members`. */
export type AnyDescription = Description | EnsembleDescription;

/** Reads the description of any model. Throws ZodError if the text is not one. */
export function readAnyDescription(text: string): AnyDescription {
  const stored = fromJson<{ readonly kind?: unknown }>(text);
  return stored.kind === 'ensemble' ? ensembleSchema.parse(stored) : descriptionSchema.parse(stored);
}

/** Reads the description of a single network. Throws ZodError if the text is not one. */
export function readDescription(text: string): Description {
  return descriptionSchema.parse(fromJson(text));
}

/**
 * The text that `readDescription` reads. Non-finite numbers become null, as JSON has no others.
 * Throws ZodError if the text could not be read again.
 */
export function writeDescription(description: object): string {
  const text = toJson(description);
  readDescription(text);
  return text;
}

/**
 * Whether the engine can create the loss. It throws on an unknown option or an impossible value.
 */
function isLossSpec(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  const loss = Object.entries(LOSSES).find(([name]) => name === value.type)?.[1];
  try {
    return loss?.create(value) !== undefined;
  } catch {
    return false;
  }
}
