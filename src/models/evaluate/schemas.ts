import { z } from 'zod';
import { PARTS, rowCountsSchema } from '../outputs/rowOutputs.ts';
import { reportFields } from '../reports/schemas.ts';

const MAX_RESAMPLES = 10_000;
const MAX_TOP_K = 20;

const seed = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);

const confidenceSchema = z
  .strictObject({
    level: z
      .number()
      .min(0.5)
      .max(0.999)
      .default(0.95)
      .describe('The probability that an interval covers the true value.'),
    resamples: z
      .int()
      .min(0)
      .max(MAX_RESAMPLES)
      .default(1000)
      .describe('Bootstrap resamples. 0: only intervals that need none. Large tables use fewer, with a warning.'),
  })
  .describe('The confidence intervals.');

const optional = {
  positive: z
    .string()
    .max(1000)
    .describe('Of two classes: the one that curves and rates are about. Default: the second.'),
  target: z.string().max(1000).describe('The column with the actual values. Default: the target of the model.'),
};

/** The options of an evaluation. */
export const evaluationBody = z
  .strictObject({
    datasetId: z.string().max(64).optional().describe('The dataset with the rows. Default: that of the training.'),
    part: z
      .enum(PARTS)
      .optional()
      .describe('Which rows of the dataset of the training. Default: `test` there, and `all` in another dataset.'),
    target: optional.target.optional(),
    weightColumn: z
      .string()
      .max(1000)
      .nullable()
      .optional()
      .describe('The column with row weights; null: none. Default: that of the training, if the dataset has it.'),
    positive: optional.positive.optional(),
    threshold: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .default(null)
      .describe('Of two classes: rows with a probability above it get the positive label. Null: 0.5.'),
    topK: z
      .array(z.int().min(1).max(MAX_TOP_K))
      .max(MAX_TOP_K)
      .default([1, 3, 5])
      .describe('Of more than two classes: the k for which the share of rows in the top k is measured.'),
    curves: z.boolean().default(true).describe('Whether the report has curves.'),
    confidence: confidenceSchema.prefault({}),
    seed: seed.default(1).describe('Of the resamples.'),
  })
  .meta({ id: 'EvaluationRequest', examples: [{}, { part: 'validation', threshold: 0.3 }] });
export type EvaluationBody = z.output<typeof evaluationBody>;

/** The request with every default filled in, as it is stored. */
export const evaluationRequest = z.strictObject({
  ...evaluationBody.shape,
  datasetId: z.string(),
  part: z.enum(PARTS),
  target: z.string(),
  weightColumn: z.string().nullable(),
  positive: z.string().nullable(),
});
export type EvaluationRequest = z.output<typeof evaluationRequest>;

const number = z.number().nullable();

const metrics = z
  .record(z.string(), number)
  .describe(
    'By name; null where one is undefined. Classes: `loss accuracy balancedAccuracy precision recall f1 mcc kappa logLoss brier calibrationError rocAuc prAuc`, for two also `ks gini`, for more `top1 top3 ...`. Numbers: `loss rmse mae r2 explainedVariance bias medianAe maxError mape mapeLeftOut wape smape rmsle`. `skill`: 1 - loss / loss of the best constant prediction.',
  );

const intervalSchema = z.object({
  low: z.number(),
  high: z.number(),
  method: z.enum(['wilson', 'delong', 'bootstrap']),
});

const confusionMatrix = z.array(z.array(z.int())).nullable();

const perClassSchema = z.object({
  label: z.string(),
  ...{ precision: number, recall: number, f1: number },
  support: z.number().describe('The weight of the rows of the class.'),
});

const point = z.object({ threshold: number, fpr: z.number(), tpr: z.number() });
const curvesSchema = z.object({
  roc: z.object({ points: z.array(point), maxError: z.number() }).nullable(),
  precisionRecall: z
    .object({
      points: z.array(z.object({ threshold: z.number(), recall: z.number(), precision: z.number() })),
      maxError: z.number(),
    })
    .nullable(),
  reliability: z
    .array(
      z.object({
        ...{ score: z.number(), outcome: z.number(), weight: z.number() },
        ...{ low: z.number(), high: z.number() },
      }),
    )
    .nullable()
    .describe('Bins of equal weight: mean score, share of the outcome, and its Wilson interval.'),
});

/** The members of an evaluation. */
const evaluationMembers = {
  part: z.enum(PARTS),
  classes: z.array(z.string()).nullable(),
  rows: rowCountsSchema,
  metrics,
  intervals: z.record(z.string(), intervalSchema).describe('Of the metrics for which one can be computed, by name.'),
  confusionMatrix: confusionMatrix.describe('Counts of rows, `[actual][predicted]`; null for a regression.'),
  perClass: z.array(perClassSchema).nullable(),
  threshold: z
    .object({ value: z.number(), positive: z.string() })
    .nullable()
    .describe('The threshold of these metrics; null unless there are two classes.'),
  calibration: z
    .object({ error: z.number(), expectedIfCalibrated: z.number() })
    .nullable()
    .describe(
      'The calibration error, and its mean if the probabilities were right: chance alone makes it larger than 0.',
    ),
  baseline: z.record(z.string(), number).describe('Metrics of the best constant prediction on these rows.'),
  curves: curvesSchema
    .nullable()
    .describe(
      'At most 200 points a curve, where it bends. `maxError` is the largest vertical distance of a left-out point. Null unless there are two classes, and if `curves` is false.',
    ),
};

const members = z.object(evaluationMembers);
export type EvaluationMembers = z.infer<typeof members>;

export const evaluationSchema = reportFields
  .extend({ request: z.record(z.string(), z.unknown()), ...members.partial().shape })
  .meta({ id: 'Evaluation', description: 'A report of the kind `evaluation`.' });
