import { z } from 'zod';
import { shownLayers, traceFields } from '../../training/trace/options.ts';

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
      .array(z.record(z.string().describe('A column of the dataset.'), cell))
      .min(1)
      .describe('Rows as they were uploaded: the examples.'),
    targets: z
      .array(cell)
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
