import { z } from 'zod';
import { EXAMPLE_MODEL_ID } from '../stored/modelName.ts';

/** This many row numbers are about 2 MB of JSON, within the size limit of a page. */
export const MAX_ROWS = 200_000;

const part = z.enum(['training', 'validation', 'test']);

export const splitQuery = z.strictObject({
  part: part.optional().describe('Only the rows of this part.'),
  format: z
    .enum(['json', 'csv'])
    .optional()
    .describe(
      '`csv`: one line per row. Left out: `csv` if the header `Accept` names `text/csv` and not JSON, otherwise `json`.',
    ),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_ROWS)
    .optional()
    .describe(`Maximum number of rows. Left out: ${MAX_ROWS} in JSON, all in CSV.`),
  after: z.coerce.number().int().min(0).optional().describe('Only rows after this one.'),
});
export type SplitQuery = z.output<typeof splitQuery>;

const rowNumbers = z.array(z.int().min(0));

export const splitResponse = z
  .object({
    modelId: z.string(),
    datasetId: z.string().nullable().describe('The dataset that has these rows; null if it was deleted.'),
    total: z.int().min(0).describe('All rows of the dataset.'),
    counts: z
      .object({
        training: z.int().min(0),
        validation: z.int().min(0),
        test: z.int().min(0),
        leftOut: z
          .int()
          .min(0)
          .describe(
            'Rows in no part: rows without a target, without a weight above 0, or without a known value in the split column.',
          ),
      })
      .describe('The number of rows of each part, on all pages together.'),
    rows: z
      .object({ training: rowNumbers, validation: rowNumbers, test: rowNumbers })
      .describe(
        'The row numbers of each part, ascending. The first row of the dataset is 0, as for `offset` of `GET /v1/datasets/{id}/rows`.',
      ),
    next: z.string().nullable().describe('Pass as `after` to get the next rows; null on the last page.'),
  })
  .meta({
    id: 'ModelSplit',
    description: 'The rows of its dataset that a model was trained, validated and tested on.',
    example: {
      modelId: EXAMPLE_MODEL_ID,
      datasetId: 'ds_01jd8m3c6r0v3k9m7d5x2w1q4z',
      total: 8,
      counts: { training: 5, validation: 1, test: 1, leftOut: 1 },
      rows: { training: [0, 1, 4, 6, 7], validation: [3], test: [2] },
      next: null,
    },
  });
export type SplitResponse = z.infer<typeof splitResponse>;

export const splitCsvResponse = z
  .string()
  .describe('The columns row and part, in the order of the rows. Rows in no part have no line.')
  .meta({ examples: ['row,part\n0,training\n1,training\n2,test\n'] });
