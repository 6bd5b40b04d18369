import { z } from 'zod';

const cell = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .describe('Number columns require numbers; null, "" and "NA" are missing.');

export const predictRequest = z
  .strictObject({
    rows: z
      .array(z.record(z.string().describe('A column of the dataset.'), cell))
      .describe('Rows as they were uploaded.'),
  })
  .meta({
    id: 'PredictRequest',
    description:
      'Rows by column name. A column left out is missing. Columns of the dataset that the model does not read are ignored.',
    example: { rows: [{ age: 37, workclass: 'Private', 'hours-per-week': 40 }] },
  });

const HEADER_AND_ROWS =
  'A header line with the columns in any order, then rows; or rows in the order of a dataset without a header. Empty cells, NA, NaN, null and ? are missing.';

export const csvRows = z
  .string()
  .describe(HEADER_AND_ROWS)
  .meta({ examples: ['age,workclass,hours-per-week\n37,Private,40\n'] });
export const tsvRows = z
  .string()
  .describe(HEADER_AND_ROWS)
  .meta({ examples: ['age\tworkclass\thours-per-week\n37\tPrivate\t40\n'] });
export const ndjsonRows = z
  .string()
  .describe('One JSON object per line.')
  .meta({ examples: ['{"age": 37, "workclass": "Private", "hours-per-week": 40}\n'] });

export const parquetRows = z.unknown().meta({ type: 'string', format: 'binary' });

const predictionWarningSchema = z
  .object({
    code: z.enum([
      ...(['missing_values', 'unseen_category', 'out_of_range', 'bad_bytes', 'comment_lines', 'short_header'] as const),
      ...(['guessed_charset', 'short_lines', 'skipped_lines'] as const),
    ]),
    column: z.string().optional().describe('Absent in a warning about the whole text.'),
    count: z.int().describe('The number of rows, lines or bytes.'),
    message: z.string(),
  })
  .meta({
    id: 'PredictionWarning',
    description: 'Values, lines or bytes that were not read as they are, or are far outside the training rows.',
  });

const predictionSchema = z
  .union([
    z.object({
      label: z.string().describe('The most probable class.'),
      probabilities: z.record(z.string(), z.number()).describe('The probability of every class.'),
    }),
    z.object({ value: z.number().describe('In the unit of the target.') }),
  ])
  .meta({ id: 'Prediction', description: 'A label with probabilities, or a number for a regression.' });

export const predictResponse = z
  .object({
    predictions: z.array(predictionSchema).describe('In the order of the rows.'),
    warnings: z
      .array(predictionWarningSchema)
      .describe('Values that were treated as missing or are far outside the training rows, by column.'),
  })
  .meta({
    id: 'PredictAnswer',
    example: { predictions: [{ label: '>50K', probabilities: { '<=50K': 0.2, '>50K': 0.8 } }], warnings: [] },
  });
export type PredictResponse = z.infer<typeof predictResponse>;

export const predictQuery = z.strictObject({
  delimiter: z
    .string()
    .optional()
    .describe('Separator of the values of a line, as for uploads. Default: detected in each body.'),
  header: z
    .string()
    .optional()
    .describe('Whether the first line contains the column names: `true` or `false`. Default: detected in each body.'),
  spreadsheet: z
    .enum(['true', 'false'])
    .default('false')
    .describe(
      '`true`: in CSV and TSV responses, a label that a spreadsheet would run as a formula, such as `=1+1` or `-low`, starts with an apostrophe. JSON and NDJSON are never changed.',
    ),
});

const COLUMNS_OUT = 'The column `prediction`, and for classes one column `probability_LABEL` each. See `spreadsheet`.';

export const csvPredictions = z
  .string()
  .describe(COLUMNS_OUT)
  .meta({ examples: ['prediction,probability_<=50K,probability_>50K\n>50K,0.2,0.8\n'] });
export const tsvPredictions = z
  .string()
  .describe(COLUMNS_OUT)
  .meta({ examples: ['prediction\tprobability_<=50K\tprobability_>50K\n>50K\t0.2\t0.8\n'] });
export const ndjsonPredictions = z
  .string()
  .describe('One prediction per line.')
  .meta({ examples: ['{"label":">50K","probabilities":{"<=50K":0.2,">50K":0.8}}\n'] });
