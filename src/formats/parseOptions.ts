import { z } from 'zod';

/**
 * The format of a column's cells in its file, if known, so that rows to predict are read alike.
 * Stored, not in the API.
 */
export const parseOptionsSchema = z.object({
  /** The name of a `ValueFormat`. */
  form: z.string().optional(),
  /** The cells that mean "missing" in place of the default ones. */
  nullValues: z.array(z.string()).optional(),
});
export type ParseOptions = z.infer<typeof parseOptionsSchema>;
