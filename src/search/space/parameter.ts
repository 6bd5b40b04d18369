import { z } from 'zod';
import { limitedRecord } from '../../kit/contract/limitedRecord.ts';

/** The number of dimensions for which there are Sobol direction numbers. */
export const MAX_PARAMETERS = 64;
const MAX_VALUES = 1000;

export const pathSchema = z
  .string()
  .max(500, { abort: true })
  .regex(/^[^.]+(\.[^.]+)*$/, 'Not a path of a job request. Use names joined by dots, such as `training.batchSize`.');

export type JsonValue = z.output<ReturnType<typeof z.json>>;
/** Any value: the body was parsed from JSON, and OpenAPI cannot describe a recursive type. */
export const jsonValue = z.unknown() as z.ZodType<JsonValue>;

const when = limitedRecord(pathSchema, z.array(jsonValue).min(1).max(MAX_VALUES), MAX_PARAMETERS)
  .optional()
  .describe(
    'The parameter is active only if every parameter named here is active and has one of these values. Those must be choices, or have integer or stepped values.',
  )
  .meta({ examples: [{ 'training.optimizer.type': ['sgd'] }] });

const number = z.number().min(-1e300).max(1e300);
const positive = z.number().min(1e-300).max(1e300);
const range = (bound: z.ZodType<number>) => ({
  min: bound.describe('The minimum.'),
  max: bound.describe('The maximum.'),
});
const step = (size: z.ZodType<number>) => size.optional().describe('Only the values `min`, `min + step`, … are used.');

/** The distribution of a parameter, and when it is active. */
export const parameterSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('uniform'), ...range(number), step: step(positive), when }),
    z.strictObject({ type: z.literal('logUniform'), ...range(positive), when }),
    z.strictObject({ type: z.literal('integer'), ...range(z.int()), step: step(z.int().min(1)), when }),
    z.strictObject({ type: z.literal('logInteger'), ...range(z.int().min(1)), when }),
    z.strictObject({
      type: z.literal('choice'),
      values: z.array(jsonValue).min(1).max(MAX_VALUES).describe('Any JSON values. They are not ordered.'),
      when,
    }),
  ])
  .superRefine((parameter, context) => {
    if ('max' in parameter && parameter.max < parameter.min) {
      context.addIssue({ code: 'custom', path: ['max'], message: '`max` is below `min`. Swap them.' });
    }
  })
  .describe('`log…`: uniform in the logarithm, for parameters that range over powers of ten.');

export type ParameterDefinition = z.output<typeof parameterSchema>;
