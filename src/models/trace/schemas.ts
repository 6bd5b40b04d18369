import { z } from 'zod';
import { limitedRecord } from '../../kit/contract/limitedRecord.ts';
import { shownLayers, traceFields } from '../../training/trace/options.ts';

/** Of a list of rows. Fewer have another limit. */
const MAX_LENGTH = 10_000;
/** Of a row: more than a dataset may have columns. */
const MAX_CELLS = 100_000;

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const traceQuery = z.strictObject({
  member: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('The network of an ensemble, from 1. Left out: the one with the largest weight.'),
});

export const modelTraceRequest = z
  .strictObject({
    rows: z
      .array(limitedRecord(z.string().describe('A column of the dataset.'), cell, MAX_CELLS))
      .min(1)
      .max(MAX_LENGTH)
      .describe('Rows as they were uploaded: the examples.'),
    targets: z
      .array(cell)
      .max(MAX_LENGTH)
      .nullable()
      .default(null)
      .describe(
        'The label or number of each row, as it was uploaded. Null: the target column of the rows if all rows have it; otherwise only the forward pass.',
      ),
    ...traceFields,
    layers: shownLayers,
  })
  .meta({
    id: 'ModelTraceRequest',
    description: 'Rows to trace through a network of the model.',
    example: { rows: [{ age: 37, workclass: 'Private', 'hours-per-week': 40 }], targets: ['>50K'], layers: [1] },
  });
