import { z } from 'zod';

/** Null where it cannot be said: an r² of one row, a ROC curve of one class. */
const measure = z.number().nullable();

/** How good the predictions for some rows are; `accuracy` and what follows for classes, `rmse`, `mae` and `r2` for numbers. */
const metricsSchema = z
  .object({
    loss: measure.describe(
      'What the training minimizes, the mean over the rows; null for an ensemble whose members minimize different things.',
    ),
    accuracy: measure.optional().describe('The share of the rows whose label is right.'),
    precision: measure.optional().describe('Of the second of two classes; the mean over more classes.'),
    recall: measure.optional().describe('Of the second of two classes; the mean over more classes.'),
    f1: measure.optional().describe('The harmonic mean of precision and recall.'),
    rocAuc: measure
      .optional()
      .describe('The area under the ROC curve; the mean of one against the others for more classes.'),
    confusionMatrix: z
      .array(z.array(z.int()))
      .optional()
      .describe('Rows by their true class (down) and predicted class (across).'),
    rmse: measure.optional().describe("The root of the mean squared error, in the target's own unit."),
    mae: measure.optional().describe("The mean absolute error, in the target's own unit."),
    r2: measure.optional().describe('The share of the variance that is explained.'),
  })
  .meta({
    id: 'Metrics',
    example: { loss: 0.31, accuracy: 0.86, precision: 0.75, recall: 0.63, f1: 0.68, rocAuc: 0.91 },
  });

export const modelMetricsSchema = ofParts(metricsSchema);

/** A confusion matrix grows with the square of the classes. */
export const summaryMetricsSchema = ofParts(
  metricsSchema.omit({ confusionMatrix: true }).meta({
    id: 'SummaryMetrics',
    description: '`Metrics` without the confusion matrix.',
    example: { loss: 0.31, accuracy: 0.86, precision: 0.75, recall: 0.63, f1: 0.68, rocAuc: 0.91 },
  }),
);

function ofParts<Schema extends z.ZodType>(schema: Schema) {
  return z
    .object({ training: schema.nullable(), validation: schema.nullable(), test: schema.nullable() })
    .describe(
      'Measured on each part of the rows; null for a part without rows, and for an ensemble that could not be measured.',
    );
}
