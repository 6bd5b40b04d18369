import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';

/** The rows that a report may read: those of a split, or all rows of the dataset. */
export const PARTS = ['training', 'validation', 'test', 'all'] as const;

/** Which rows of a dataset are compared with which columns. */
export interface OutputsRequest {
  readonly part: (typeof PARTS)[number];
  /** The column with the actual values. */
  readonly target: string;
  /** Null: each row has weight 1. */
  readonly weightColumn: string | null;
}

export const rowCountsSchema = z
  .object({
    used: z.int().describe('The measured rows.'),
    withoutTarget: z.int().describe('Rows that were left out, because their target is missing.'),
    unknownLabel: z.int().describe('Rows that were left out, because the model has no class with their label.'),
    withoutWeight: z.int().describe('Rows that were left out, because their weight is missing or 0.'),
    seenInTraining: z
      .int()
      .nullable()
      .describe(
        'Measured rows that are among the training rows; in another dataset, rows with the same inputs and target. Null if the training rows are not known.',
      ),
  })
  .meta({ id: 'ReportRows' });

/** What a model answers for rows, and what was actually observed. Plain data. */
export interface RowOutputs {
  readonly counts: z.infer<typeof rowCountsSchema>;
  /** The labels; null for a regression. */
  readonly classes: readonly string[] | null;
  /** The row numbers in the dataset, from 0. */
  readonly rows: Int32Array;
  /** The class index of each row, or its value in the unit of the target. */
  readonly actual: Float64Array;
  /** Null: each row has weight 1. */
  readonly weights: Float64Array | null;
  /**
   * Two classes: the logit of the second one. More classes: K logits a row. Regression: the
   * predicted value in the unit of the target.
   */
  readonly outputs: Float32Array | Float64Array;
  /** The mean of the loss that the training minimized; null if it is not known for these rows. */
  readonly loss: number | null;
}

/** The bytes that `decodeOutputs` reads. Their format is that of this version of Node.js. */
export function encodeOutputs(outputs: RowOutputs): Uint8Array {
  return new Uint8Array(serialize(outputs));
}

export function decodeOutputs(bytes: Uint8Array): RowOutputs {
  return deserialize(bytes);
}
