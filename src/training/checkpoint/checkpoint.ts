import { z } from 'zod';
import type { Numbers } from '../../engine/matrix.ts';

const word = z.uint32();
const count = z.int().min(0);

/**
 * The contents of a checkpoint without its arrays. JSON has no infinity, so missing values are
 * null.
 */
export const checkpointStateSchema = z.strictObject({
  /** The current epoch, from 1. */
  epoch: z.int().min(1),
  /** Finished batches of the epoch. */
  batch: count,
  /** Steps since the run began. */
  step: count,
  /**
   * The state of the generator before it shuffled the epoch's rows: their order is reproduced from
   * it.
   */
  generator: z.tuple([word, word, word, word]).readonly(),
  /**
   * Sums over the epoch's steps so far: the loss, the rows' weight, the last rate, and their
   * duration.
   */
  sums: z.strictObject({ loss: z.number(), weight: z.number(), learningRate: z.number(), ms: z.number().min(0) }),
  earlyStopping: z.strictObject({
    /** The cost of the best epoch, and the cost that the next improvement must beat. */
    best: z.number().nullable(),
    mark: z.number().nullable(),
    epochsWithout: count,
    /** The validation loss of the best epoch. */
    bestLoss: z.number().nullable(),
    /** Whether the validation loss replaces a metric that was missing in an epoch. */
    byLoss: z.boolean(),
  }),
  /** The state of the schedule. */
  schedule: z.array(z.number()).readonly(),
  /** The measurements of the best epoch. */
  best: z
    .strictObject({
      epoch: z.int().min(1),
      trainingLoss: z.number().nullable(),
      validationLoss: z.number().nullable(),
      metrics: z.record(z.string(), z.number().nullable()).readonly(),
    })
    .nullable(),
  /** Whether the run was finished: resuming it extends it. */
  finished: z.boolean(),
});
type CheckpointState = z.infer<typeof checkpointStateSchema>;

/** The complete state of a run at any of its steps; resuming gives bitwise equal results. */
export interface Checkpoint extends CheckpointState {
  /** Parameters, running statistics and the optimizer's state. */
  readonly values: Numbers;
  /** Parameters and running statistics of the best epoch; null while `best` is null. */
  readonly bestParameters: Numbers | null;
}
