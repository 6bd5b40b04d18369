import { z } from 'zod';
import { fromJson, toJson } from '../../store/database/json.ts';
import { bestSchema } from './description.ts';
import { snapshotSchema } from './ensembleDescription.ts';
import { summaryMetricsSchema } from './metricsSchema.ts';

/**
 * The part of a description that lists show. It is stored apart, because a description has
 * megabytes where there are many columns or classes.
 */
const summarySchema = z.object({
  members: z.array(z.string()).nullable(),
  snapshots: z.array(snapshotSchema).nullable(),
  parameterCount: z.int(),
  multiplyAddsPerRow: z.int(),
  metrics: summaryMetricsSchema,
  best: bestSchema.nullable(),
});
export type Summary = z.infer<typeof summarySchema>;

/**
 * The text that `readSummary` reads. Non-finite numbers become null; confusion matrices are left
 * out.
 */
export function writeSummary(summary: object): string {
  return toJson(summarySchema.parse(fromJson(toJson(summary))));
}

/** Reads what `writeSummary` wrote, which was checked then. */
export function readSummary(text: string): Summary {
  return fromJson(text);
}
