import { z } from 'zod';
import { warningSchema } from '../../kit/warning.ts';
import { fromJson, toJson } from '../../store/database/json.ts';
import { inputSchema } from './inputSchema.ts';
import { modelMetricsSchema } from './metricsSchema.ts';

/** What is stored with an ensemble beside its members: what the API shows. */
export const ensembleSchema = z.object({
  version: z.literal(1),
  kind: z.literal('ensemble'),
  members: z.array(z.string()).describe('The ids of the models that the members are copies of, in order.'),
  classes: z.array(z.string()).nullable(),
  inputs: z.array(inputSchema),
  parameterCount: z.int(),
  metrics: modelMetricsSchema,
  warnings: z.array(warningSchema),
});
export type EnsembleDescription = z.infer<typeof ensembleSchema>;

/**
 * The text of a description. Non-finite numbers become null, as JSON has no others.
 * Throws ZodError if the text could not be read again.
 */
export function writeEnsemble(description: object): string {
  const text = toJson(description);
  ensembleSchema.parse(fromJson(text));
  return text;
}
