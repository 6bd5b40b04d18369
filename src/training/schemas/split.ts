import { z } from 'zod';
import { seedSchema } from './seed.ts';

const share = z.number().min(0).lt(1);

const fields = {
  validation: share.describe(
    'The share of the rows that choose the best epoch. With `column`: taken from the training rows when the column names none.',
  ),
  test: share.describe('The share of the rows that are only measured, at the end.'),
  stratify: z.boolean().describe('Every part gets the same mixture of classes.'),
  seed: seedSchema.describe('The same seed gives the same parts.'),
  column: z
    .string()
    .describe(
      '`column`: the column that says `train`, `validation` or `val`, `test`. `group`: rows with the same value stay together. It is no feature.',
    )
    .meta({ examples: ['split'] }),
};

/** How the rows are parted, every default filled in. */
export const splitSchema = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('random'),
    validation: fields.validation,
    test: fields.test,
    stratify: fields.stratify,
    seed: fields.seed,
  }),
  z.strictObject({ method: z.literal('ordered'), validation: fields.validation, test: fields.test }),
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

/** As a client writes it: every field may be left out. */
export const splitRequestSchema = z
  .strictObject({
    method: z
      .enum(['random', 'ordered', 'column', 'group'])
      .optional()
      .describe(
        '`random`; `ordered`: the last rows are the test, for data in time order; `column`: a column says it; `group`: no group in two parts.',
      ),
    validation: fields.validation.optional(),
    test: fields.test.optional(),
    stratify: fields.stratify.optional(),
    seed: fields.seed.optional(),
    column: fields.column.optional(),
  })
  .describe('How the rows are parted into training, validation and test.')
  .meta({ examples: [{ method: 'random', validation: 0.15, test: 0.15, stratify: true, seed: 1 }] });
export type SplitRequest = z.infer<typeof splitRequestSchema>;
