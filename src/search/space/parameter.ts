import { z } from 'zod';
import { limitedRecord } from '../../kit/contract/limitedRecord.ts';

/** As many as there are Sobol direction numbers for. */
export const MAX_PARAMETERS = 64;
const MAX_VALUES = 1000;

export const pathSchema = z
  .string()
  .max(500, { abort: true })
  .regex(/^[^.]+(\.[^.]+)*$/, 'Not a path of a job request: it looks like `training.batchSize`.');

export type JsonValue = z.output<ReturnType<typeof z.json>>;
/** Whatever stands there: a body was JSON before it came here, and OpenAPI has no words for a type that holds itself. */
export const jsonValue = z.unknown() as z.ZodType<JsonValue>;

const when = limitedRecord(pathSchema, z.array(jsonValue).min(1).max(MAX_VALUES), MAX_PARAMETERS)
  .optional()
  .describe(
    'Asked only where every parameter named here is asked too and has one of these values; it must be a choice or have whole or stepped values.',
  )
  .meta({ examples: [{ 'training.optimizer.type': ['sgd'] }] });

const number = z.number().min(-1e300).max(1e300);
const positive = z.number().min(1e-300).max(1e300);
const range = (bound: z.ZodType<number>) => ({
  min: bound.describe('The least value.'),
  max: bound.describe('The greatest value.'),
});
const step = (size: z.ZodType<number>) => size.optional().describe('Only `min`, `min + step`, … are asked.');

/** What a parameter may be, and where it is asked at all. */
export const parameterSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('uniform'), ...range(number), step: step(positive), when }),
    z.strictObject({ type: z.literal('logUniform'), ...range(positive), when }),
    z.strictObject({ type: z.literal('integer'), ...range(z.int()), step: step(z.int().min(1)), when }),
    z.strictObject({ type: z.literal('logInteger'), ...range(z.int().min(1)), when }),
    z.strictObject({
      type: z.literal('choice'),
      values: z.array(jsonValue).min(1).max(MAX_VALUES).describe('Any JSON values; they have no order.'),
      when,
    }),
  ])
  .superRefine((parameter, context) => {
    if ('max' in parameter && parameter.max < parameter.min) {
      context.addIssue({ code: 'custom', path: ['max'], message: 'Below `min`: exchange the two.' });
    }
  })
  .describe('`log…`: each tenfold as likely as the next, for what is searched over powers of ten.');

export type ParameterDefinition = z.output<typeof parameterSchema>;
