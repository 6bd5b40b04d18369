import { z } from 'zod';
import { COLUMN_TYPES } from '../formats/columnTypes.ts';
import { givenName, pageOf, repeatable } from '../kit/contract/wire.ts';
import { columnSchema, warningSchema } from './profile/schemas.ts';

const EXAMPLE_DATASET = {
  id: 'ds_01k9x3v5q2j8d4n6p7r8s9t0vw',
  name: 'adult',
  state: 'ready',
  rows: 48842,
  bytes: 5326368,
  sha256: '5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d',
  columnCount: 2,
  createdAt: '2026-11-23T04:00:00.000Z',
  columns: [
    {
      name: 'age',
      type: 'numeric',
      missing: 0,
      distinct: 74,
      min: 17,
      max: 90,
      mean: 38.64,
      standardDeviation: 13.71,
      histogram: { edges: [17, 53.5, 90], counts: [41012, 7830] },
    },
    {
      name: 'workclass',
      type: 'categorical',
      missing: 2799,
      distinct: 8,
      top: [{ value: 'Private', count: 33906 }],
    },
  ],
  warnings: [{ code: 'mixed_types', column: 'age', message: '1 cell is not numeric and became missing.' }],
  error: null,
};

export const datasetSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(['processing', 'ready', 'failed']),
    rows: z.int().nullable().describe('Null until the file is parsed.'),
    bytes: z.int().describe('Size of the decompressed file.'),
    sha256: z.string().describe('Of the decompressed file.'),
    columnCount: z.int().describe('Number of columns; 0 until the file is parsed.'),
    createdAt: z.iso.datetime(),
    columns: z.array(columnSchema).describe('In the order of the file; empty until it is parsed.'),
    warnings: z.array(warningSchema),
    error: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .describe(
        'Why the file could not be parsed, when the state is `failed`. The code is `unavailable` when the service stopped meanwhile: the file may be good, upload it again.',
      ),
  })
  .meta({ id: 'Dataset', description: 'An uploaded table.', example: EXAMPLE_DATASET });
export type Dataset = z.infer<typeof datasetSchema>;

const { columns: _columns, warnings: _warnings, ...exampleSummary } = EXAMPLE_DATASET;
const datasetSummarySchema = datasetSchema.omit({ columns: true, warnings: true }).meta({
  id: 'DatasetSummary',
  description:
    'An item of a list: a dataset without `columns` and `warnings`, which are megabytes for thousands of columns. `GET /v1/datasets/{id}` has them.',
  example: exampleSummary,
});
export type DatasetSummary = z.infer<typeof datasetSummarySchema>;
export const datasetPage = pageOf(datasetSummarySchema).meta({
  id: 'DatasetPage',
  description: 'Datasets, newest first.',
});

export const uploadQuery = z.strictObject({
  name: givenName
    .optional()
    .describe('Name of the dataset. Default: the name of the file in a multipart upload, otherwise "dataset".'),
  delimiter: z
    .string()
    .optional()
    .describe('Separator of the values of a line: one character, or `tab`, `comma`, `semicolon`, `pipe`, `space`.'),
  header: z.string().optional().describe('Whether the first line contains the column names: `true` or `false`.'),
  nullValues: repeatable(z.string())
    .optional()
    .describe(
      'Cells that mean "missing", beside empty cells: separated by commas. They replace the defaults NA, NaN, null, ? and similar.',
    ),
  types: repeatable(z.string())
    .optional()
    .describe(
      `Column types as \`NAME:TYPE\`, separated by commas or repeated, or as a JSON object. Types: ${COLUMN_TYPES.join(', ')}.`,
    ),
});

const MAX_ROWS_PAGE = 1000;

export const rowsQuery = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_ROWS_PAGE)
    .default(50)
    .describe('Maximum number of rows. A response ends early at about 4 MiB, with `next`.'),
  offset: z.coerce.number().int().min(0).default(0).describe('Number of rows to skip.'),
});

export const rowsSchema = z
  .object({
    items: z
      .array(z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])))
      .describe('Each row as an object by column name; null is a missing value, times are ISO 8601 in UTC.'),
    offset: z.int().describe('Number of rows before the first item.'),
    next: z.int().nullable().describe('Pass as `offset` for the next rows; null after the last row.'),
    total: z.int().describe('Number of rows in the dataset.'),
  })
  .meta({
    id: 'DatasetRows',
    example: { items: [{ age: 39, workclass: 'State-gov', income: '<=50K' }], offset: 0, next: 1, total: 48842 },
  });
export type DatasetRows = z.infer<typeof rowsSchema>;
