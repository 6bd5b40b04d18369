import { z } from 'zod';
import { PRODUCT_INPUTS } from '../../engine/kernels/kernels.ts';
import { LOSS_NAMES, LOSSES } from '../../engine/losses/losses.ts';
import { SCHEDULES } from '../../engine/schedules/schedules.ts';
import { limitedRecord } from '../../kit/contract/limitedRecord.ts';
import { MONITORS } from './monitors.ts';
import { optimizerRequestSchema, optimizerSchema } from './optimizer.ts';
import { optionsSchema } from './options.ts';
import { seedSchema } from './seed.ts';
import { MAX_CLASSES } from './task.ts';

export const MAX_EPOCHS = 100_000;

/** A loss by its name and its options, if it has any. */
export const lossOptionsSchema = optionsSchema(LOSSES);

const lossSchema = z
  .union([z.enum(LOSS_NAMES), lossOptionsSchema])
  .describe('The loss to minimize: a name, or an object if the loss has an option (huber `delta`, quantile `level`).')
  .meta({ examples: ['binaryCrossEntropy', { type: 'quantile', level: 0.9 }] });

const earlyStoppingSchema = z.strictObject({
  metric: z
    .enum(MONITORS)
    .default('validationLoss')
    .describe(
      'The metric that selects the best epoch, on the validation rows. The validation loss replaces a metric that these rows do not have, and a warning says so.',
    ),
  patience: z.int().min(1).max(100_000).default(10).describe('Epochs without improvement before the training stops.'),
  minDelta: z.number().min(0).max(1e9).default(0).describe('Minimum change that counts as an improvement.'),
});

export const averagingSchema = z.strictObject({
  decay: z
    .number()
    .min(0)
    .lt(1)
    .describe(
      'After each step, average := decay * average + (1 - decay) * parameters; after the first step it is a copy. 0.97 averages about 30 steps. Running statistics of batch normalization are averaged too.',
    ),
});

/** Of the cores of one machine; a machine with fewer uses all of its own. */
const MAX_THREADS = 256;

/** How the network is trained, every default filled in. */
export const trainingSchema = z.strictObject({
  loss: lossSchema,
  optimizer: optimizerSchema,
  averaging: averagingSchema
    .nullable()
    .describe(
      'Exponential moving average of the parameters: the validation rows, the best epoch and the model use the average. Null: the parameters themselves.',
    )
    .meta({ examples: [{ decay: 0.97 }] }),
  batchSize: z
    .union([z.int().min(1).max(1_000_000), z.literal('full')])
    .describe('Rows of a step, or `"full"` for all of them.'),
  epochs: z.int().min(1).max(MAX_EPOCHS).describe('Maximum number of passes over the training rows.'),
  schedule: optionsSchema(SCHEDULES)
    .describe('How the learning rate changes.')
    .meta({ examples: [{ type: 'cosine', ...SCHEDULES.cosine.defaults, warmup: 0.05 }] }),
  l1: z.number().min(0).max(1000).describe('Penalty on the absolute values of W.'),
  l2: z.number().min(0).max(1000).describe('Penalty on the squares of W.'),
  clipGradientNorm: z
    .number()
    .positive()
    .nullable()
    .describe('Maximum norm of a gradient; a longer one is scaled down.'),
  labelSmoothing: z.number().min(0).lt(1).describe('Fraction of a label that is spread over all classes.'),
  classWeights: z
    .union([z.literal('balanced'), limitedRecord(z.string(), z.number().positive().max(1e6), MAX_CLASSES)])
    .nullable()
    .describe('The weight of the rows of each class: `"balanced"` gives every class the same total weight.')
    .meta({ examples: ['balanced', { '<=50K': 1, '>50K': 3 }] }),
  earlyStopping: earlyStoppingSchema
    .nullable()
    .describe(
      'When to stop before the last epoch; null: never. The model has the parameters of the best epoch in either case.',
    ),
  precision: z
    .enum(PRODUCT_INPUTS)
    .describe(
      'Precision of the inputs of matrix products during training. `bfloat16`: numbers rounded to 8 bits of precision, which is several times as fast ' +
        'on processors with AMX or AVX512-BF16 and no faster on others; sums, parameters, gradients and the optimizer state remain in float32. ' +
        "The losses of the epochs are computed in the same precision; the model's metrics and its predictions in float32.",
    ),
  threads: z
    .union([z.int().min(1).max(MAX_THREADS), z.literal('auto')])
    .describe(
      'Maximum number of cores of the training; `"auto"`: as many as it benefits from. Running jobs share the cores: a training gets those that ' +
        'no other job needs, returns them when another one starts, and always has at least one. The number changes the duration of the training, never its ' +
        'result, which is bitwise equal for any number.',
    )
    .meta({ examples: ['auto', 4] }),
  seed: seedSchema.describe('The same seed, data and machine give bitwise equal results.'),
});
export type TrainingSettings = z.infer<typeof trainingSchema>;

/** As a client writes it: every field is optional. */
export const trainingRequestSchema = trainingSchema
  .extend({ optimizer: optimizerRequestSchema })
  .partial()
  .describe('How the network is trained. Default: selected by the data.');
