import { z } from 'zod';
import { COLUMN_TYPES } from './columnTypes.ts';

/**
 * How the cells of a column were read in the dataset, so that rows to predict are read alike.
 * Stored, not in the API.
 */
export const parseOptionsSchema = z.object({
  /** The type in which the dataset stores the column. */
  type: z.enum(COLUMN_TYPES).optional(),
  /**
   * The name of the `ValueFormat` of cells of text. Absent for words and for typed columns of a
   * file, whose cells have no format.
   */
  form: z.string().optional(),
  /** Whether the dataset stores numbers with digits that float64 does not have. */
  exact: z.boolean().optional(),
  /** The words of booleans in the file; absent: `false` and `true`. */
  words: z.tuple([z.string(), z.string()]).optional(),
  /** The cells that mean "missing" in place of the default ones. */
  nullValues: z.array(z.string()).optional(),
});
export type ParseOptions = z.infer<typeof parseOptionsSchema>;
