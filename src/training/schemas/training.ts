import { z } from 'zod';
import { PRODUCT_INPUTS } from '../../engine/kernels/kernels.ts';
import { LOSS_NAMES, LOSSES } from '../../engine/losses/losses.ts';
import { OPTIMIZERS } from '../../engine/optimizers/optimizers.ts';
import { SCHEDULES } from '../../engine/schedules/schedules.ts';
import { limitedRecord } from '../../kit/contract/limitedRecord.ts';
import { MONITORS } from '../monitors.ts';
import { optionsSchema } from './options.ts';
import { seedSchema } from './seed.ts';
import { MAX_CLASSES } from './task.ts';

export const MAX_EPOCHS = 100_000;

/** A loss by its name and its options, if it has any. */
export const lossOptionsSchema = optionsSchema(LOSSES);

const lossSchema = z
  .union([z.enum(LOSS_NAMES), lossOptionsSchema])
  .describe(
    'What the training minimizes: a name, or an object where the loss has an option (huber `delta`, quantile `level`).',
  )
  .meta({ examples: ['binaryCrossEntropy', { type: 'quantile', level: 0.9 }] });

const earlyStoppingSchema = z.strictObject({
  metric: z.enum(MONITORS).default('validationLoss').describe('What chooses the best epoch, on the validation rows.'),
  patience: z.int().min(1).max(100_000).default(10).describe('Epochs without improvement before the training stops.'),
  minDelta: z.number().min(0).max(1e9).default(0).describe('The improvement that counts as one.'),
});

/** Of one machine's cores; a machine that has fewer uses those that it has. */
const MAX_THREADS = 256;

/** How the network is trained, every default filled in. */
export const trainingSchema = z.strictObject({
  loss: lossSchema,
  optimizer: optionsSchema(OPTIMIZERS)
    .describe('How a gradient becomes a step.')
    .meta({ examples: [{ type: 'adam', ...OPTIMIZERS.adam.defaults }] }),
  batchSize: z
    .union([z.int().min(1).max(1_000_000), z.literal('full')])
    .describe('Rows a step, or `"full"` for all of them.'),
  epochs: z.int().min(1).max(MAX_EPOCHS).describe('Times through the training rows, at most.'),
  schedule: optionsSchema(SCHEDULES)
    .describe('How the learning rate changes.')
    .meta({ examples: [{ type: 'cosine', ...SCHEDULES.cosine.defaults, warmup: 0.05 }] }),
  l1: z.number().min(0).max(1000).describe('The penalty on the sizes of W.'),
  l2: z.number().min(0).max(1000).describe('The penalty on the squares of W.'),
  clipGradientNorm: z.number().positive().nullable().describe('The longest gradient; a longer one is shortened.'),
  labelSmoothing: z.number().min(0).lt(1).describe('The share of a label that is spread over all classes.'),
  classWeights: z
    .union([z.literal('balanced'), limitedRecord(z.string(), z.number().positive().max(1e6), MAX_CLASSES)])
    .nullable()
    .describe('How much a row of each class counts: `"balanced"` gives every class the same weight in all.')
    .meta({ examples: ['balanced', { '<=50K': 1, '>50K': 3 }] }),
  earlyStopping: earlyStoppingSchema
    .nullable()
    .describe('When to stop before the last epoch; null: never. The best epoch is kept either way.'),
  precision: z
    .enum(PRODUCT_INPUTS)
    .describe(
      'What the matrix products of the training take in. `bfloat16`: their numbers rounded to 8 bits of precision, which is several times as fast ' +
        'on processors with AMX or AVX512-BF16 and no faster on others; sums, parameters, gradients and the optimizer stay in float32. ' +
        "The losses of the epochs are computed in the same precision; the model's metrics and its predictions in float32.",
    ),
  threads: z
    .union([z.int().min(1).max(MAX_THREADS), z.literal('auto')])
    .describe(
      'Cores that the training may use at most; `"auto"`: as many as it gains from. The jobs that run share the cores: a training gets those that ' +
        'no other job needs, gives them back when another one starts, and always keeps one. It changes how long the training takes, never its ' +
        'result: the same bits come out of any number.',
    )
    .meta({ examples: ['auto', 4] }),
  seed: seedSchema.describe('The same seed, data and machine give the same bits.'),
});
export type TrainingSettings = z.infer<typeof trainingSchema>;

/** As a client writes it: every field may be left out. */
export const trainingRequestSchema = trainingSchema
  .partial()
  .describe('How the network is trained. Left out: chosen by the data.');
