import { z } from 'zod';
import { COLUMN_TYPES } from '../formats/columnTypes.ts';
import { limitedRecord } from '../kit/contract/limitedRecord.ts';
import { SCALINGS } from './scaling/scaling.ts';

/** The longest list of column names. */
const MAX_NAMES = 100_000;

/** `features` of a job: how columns become inputs of the network. */
export const featuresSchema = z
  .strictObject({
    exclude: z
      .array(z.string())
      .max(MAX_NAMES)
      .default([])
      .describe('Columns that the network must not see.')
      .meta({ examples: [['fnlwgt']] }),
    include: z
      .array(z.string())
      .max(MAX_NAMES)
      .default([])
      .describe('Columns to use although their type would leave them out (identifiers and text).')
      .meta({ examples: [['postcode']] }),
    types: limitedRecord(z.string(), z.enum(COLUMN_TYPES), MAX_NAMES)
      .default({})
      .describe(
        "Column types that differ from the dataset's. A column named here is used. A number column with two values is `categorical` unless it is named here.",
      )
      .meta({ examples: [{ 'education-num': 'categorical' }] }),
    scaling: z
      .enum(SCALINGS)
      .default('auto')
      .describe(
        'How numbers are scaled. `standard`: zero mean, unit deviation; `quantileNormal`: their ranks become a normal distribution; `range`: minimum to maximum become 0 to 1; `none`: numbers go in as they are, for columns that are scaled already; `auto` chooses for each column. Missing values become the median, and times are scaled always.',
      ),
    bins: z
      .int()
      .min(0)
      .max(64)
      .optional()
      .describe(
        'Inputs that each number column gets besides its scaled value, one for each range of its quantiles (piecewise linear encoding); 0 for none. Left out: chosen from the numbers of rows and columns; 0 with a `network.embedding`.',
      )
      .meta({ examples: [16] }),
    maxCategories: z
      .int()
      .min(2)
      .max(10_000)
      .default(128)
      .describe('The most frequent categories of a column that get an input each; the others share one.'),
    minCategoryCount: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe(
        'A category in fewer training rows shares the input of the others. Left out: one row in two hundred, at most 10.',
      )
      .meta({ examples: [10] }),
  })
  .describe('Which columns the network sees, and how.');

export type FeaturesRequest = z.input<typeof featuresSchema>;
/** With the defaults that do not depend on the data. */
export type FeaturesOptions = z.output<typeof featuresSchema>;
