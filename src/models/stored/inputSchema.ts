import { z } from 'zod';
import { FEATURE_TYPES } from '../../features/columns.ts';

/** A column that a model reads. */
export const inputSchema = z
  .object({
    name: z.string().describe('The column.'),
    type: z.enum(FEATURE_TYPES),
    categories: z
      .array(z.string())
      .optional()
      .describe('Of a categorical column: the categories with an input of their own, the most frequent first.'),
    range: z
      .union([z.tuple([z.number(), z.number()]), z.tuple([z.string(), z.string()])])
      .optional()
      .describe('Minimum and maximum of the training rows; of a datetime column in ISO 8601.'),
  })
  .meta({ id: 'ModelColumn', description: 'A column that the model reads.' });
