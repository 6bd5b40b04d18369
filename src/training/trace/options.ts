import { z } from 'zod';
import { MAX_LAYERS } from '../schemas/network.ts';
import { DEFAULT_SEED, seedSchema } from '../schemas/seed.ts';

/** What `include` can name, in the order of the passes. */
const INCLUDABLE = ['W', 'b', 'Z', 'A', 'dA', 'dZ', 'dW', 'db'] as const;
export type Includable = (typeof INCLUDABLE)[number];

const DEFAULT_INCLUDE: readonly Includable[] = ['Z', 'A', 'dA', 'dZ', 'dW', 'db'];
const DEFAULT_EPSILON = 1e-5;
const DEFAULT_LEARNING_RATE = 0.1;

const gradientCheckSchema = z.strictObject({
  parameters: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('How many parameters are checked, drawn by the seed. Default: 200, or fewer in a large network.'),
  epsilon: z
    .number()
    .min(1e-8)
    .max(1e-2)
    .default(DEFAULT_EPSILON)
    .describe('e of the difference (J(w + e) - J(w - e)) / 2e.'),
});

/** The fields that every trace has. */
export const traceFields = {
  mode: z
    .enum(['predict', 'train'])
    .default('predict')
    .describe(
      '`train`: dropout, and batch normalization over the m examples, as in a training step. `predict`: no dropout, and running statistics, as in a prediction.',
    ),
  seed: seedSchema
    .default(DEFAULT_SEED)
    .describe('Draws the dropout masks, the checked parameters, and the parameters that are not given.'),
  gradientCheck: z
    .union([z.literal(false), gradientCheckSchema])
    .prefault({})
    .describe(
      'Compares the gradients with differences. `false`: not. Without targets there are no gradients to compare.',
    ),
  update: z
    .strictObject({ learningRate: z.number().min(0).max(1e6).default(DEFAULT_LEARNING_RATE).describe('alpha.') })
    .nullable()
    .default(null)
    .describe('One step of gradient descent: W[l] := W[l] - alpha dW[l]. Null: none. Requires targets.'),
  include: z
    .array(z.enum(INCLUDABLE))
    .min(1)
    .max(INCLUDABLE.length)
    .default([...DEFAULT_INCLUDE])
    .describe(
      'The matrices of each layer in the answer. `Z` includes Y, which is Z normalized; `A` includes D, which is A after dropout, and E of layer 0; `b` includes gamma, beta, mean and var; `W` includes all parameters of layer 0.',
    ),
};

/** The layers in the answer. */
export const shownLayers = z
  .array(z.int().min(0))
  .min(1)
  .max(MAX_LAYERS + 1)
  .optional()
  .describe('The layers in the answer; 0 is the embedding. Default: all. Every layer is computed and checked.');

/** How a network is traced, and what the answer has. */
export type TraceSettings = z.output<z.ZodObject<typeof traceFields>> & {
  readonly layers?: readonly number[] | undefined;
};
