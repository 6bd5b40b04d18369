import { z } from 'zod';
import { seedSchema } from './seed.ts';

const share = z.number().min(0).lt(1);

const fields = {
  validation: share.describe(
    'Fraction of the rows that select the best epoch. With `column`: taken from the training rows if the column has no validation rows.',
  ),
  test: share.describe('Fraction of the rows that are only evaluated, at the end.'),
  stratify: z.boolean().describe('Every split gets the same proportions of the classes.'),
  seed: seedSchema.describe('The same seed gives the same splits.'),
  column: z
    .string()
    .describe(
      '`column`: the column with the values `train`, `validation` or `val`, `test`. `group`: rows with the same value stay together. In both, it is not a feature. ' +
        '`ordered`: a column of times or numbers that orders the rows; without it, they have the order of the dataset.',
    )
    .meta({ examples: ['split'] }),
};

/** How the rows are split, every default filled in. */
export const splitSchema = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('random'),
    validation: fields.validation,
    test: fields.test,
    stratify: fields.stratify,
    seed: fields.seed,
  }),
  z.strictObject({
    method: z.literal('ordered'),
    validation: fields.validation,
    test: fields.test,
    column: fields.column.optional(),
  }),
  z.strictObject({
    method: z.literal('column'),
    column: fields.column,
    validation: fields.validation,
    seed: fields.seed,
  }),
  z.strictObject({
    method: z.literal('group'),
    column: fields.column,
    validation: fields.validation,
    test: fields.test,
    seed: fields.seed,
  }),
]);
export type Split = z.infer<typeof splitSchema>;

/** As a client writes it: every field is optional. */
export const splitRequestSchema = z
  .strictObject({
    method: z
      .enum(['random', 'ordered', 'column', 'group'])
      .optional()
      .describe(
        '`random`; `ordered`: the last rows are the test rows, those before them the validation rows, for data in time order; `column`: a column defines it; `group`: no group is in two splits.',
      ),
    validation: fields.validation.optional(),
    test: fields.test.optional(),
    stratify: fields.stratify.optional(),
    seed: fields.seed.optional(),
    column: fields.column.optional(),
  })
  .describe(
    'How the rows are split into training, validation and test. Left out: `ordered` by a date column whose times span more than 20 days, otherwise `random`.',
  )
  .meta({ examples: [{ method: 'random', validation: 0.15, test: 0.15, stratify: true, seed: 1 }] });
export type SplitRequest = z.infer<typeof splitRequestSchema>;
