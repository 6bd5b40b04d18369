import { z } from 'zod';

/** How the cells of a column were written in its file, where that can be told: rows to predict are read alike. Kept beside the column, not on the wire. */
export const parseOptionsSchema = z.object({
  /** The name of one of `ingest/forms.ts`. */
  form: z.string().optional(),
  /** What the client said means "missing", in place of the usual marks. */
  nullValues: z.array(z.string()).optional(),
});
export type ParseOptions = z.infer<typeof parseOptionsSchema>;
