import { z } from 'zod';

/** Null where a metric is undefined: r² of one row, ROC AUC of one class. */
const measure = z.number().nullable();

/**
 * Metrics of the predictions for some rows: `accuracy` to `confusionMatrix` for classes, `rmse`,
 * `mae`, `r2` for numbers.
 */
const metricsSchema = z
  .object({
    loss: measure.describe(
      'The mean over the rows of the loss that training minimizes; null for an ensemble whose members have different losses.',
    ),
    accuracy: measure.optional().describe('The share of rows with the right label.'),
    precision: measure
      .optional()
      .describe('Of the second of two classes; the mean over the classes if there are more.'),
    recall: measure.optional().describe('Of the second of two classes; the mean over the classes if there are more.'),
    f1: measure.optional().describe('The harmonic mean of precision and recall.'),
    rocAuc: measure
      .optional()
      .describe('The area under the ROC curve; with more than two classes the mean of one class against the others.'),
    confusionMatrix: z
      .array(z.array(z.int()))
      .optional()
      .describe('Counts of rows by true class (down) and predicted class (across).'),
    rmse: measure.optional().describe('The root mean squared error, in the unit of the target.'),
    mae: measure.optional().describe('The mean absolute error, in the unit of the target.'),
    r2: measure.optional().describe('The explained share of the variance.'),
  })
  .meta({
    id: 'Metrics',
    example: { loss: 0.31, accuracy: 0.86, precision: 0.75, recall: 0.63, f1: 0.68, rocAuc: 0.91 },
  });

export const modelMetricsSchema = ofParts(metricsSchema);

/** Without the confusion matrix, which grows with the square of the number of classes. */
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
