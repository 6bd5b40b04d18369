import { z } from 'zod';
import { bestSchema } from './description.ts';
import { summaryMetricsSchema } from './metricsSchema.ts';

/** What lists show of a model's description, stored apart from it: a description has megabytes where there are many columns or classes. */
const summarySchema = z.object({
  members: z.array(z.string()).nullable(),
  parameterCount: z.int(),
  metrics: summaryMetricsSchema,
  best: bestSchema.nullable(),
});
export type Summary = z.infer<typeof summarySchema>;

/** The text that `readSummary` reads; numbers that are not finite become null, and confusion matrices are left out. */
export function writeSummary(summary: object): string {
  return JSON.stringify(summarySchema.parse(JSON.parse(JSON.stringify(summary))));
}

/** Written by `writeSummary`, of that type. */
export function readSummary(text: string): Summary {
  return JSON.parse(text);
}
