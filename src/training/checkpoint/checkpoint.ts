import { z } from 'zod';
import type { Numbers } from '../../engine/matrix.ts';

const word = z.uint32();
const count = z.int().min(0);

/**
 * What a checkpoint says beside its arrays. JSON knows no infinity, so what has no value yet is
 * null.
 */
export const checkpointStateSchema = z.strictObject({
  /** The epoch under way, from 1. */
  epoch: z.int().min(1),
  /** Batches of it that are done. */
  batch: count,
  /** Steps since the run began. */
  step: count,
  /** The generator before it shuffled the epoch's rows: their order is made anew from it. */
  generator: z.tuple([word, word, word, word]).readonly(),
  /**
   * What the epoch's steps come to so far: the summed loss, the rows' weight, the last rate, and
   * how long they took.
   */
  sums: z.strictObject({ loss: z.number(), weight: z.number(), learningRate: z.number(), ms: z.number().min(0) }),
  earlyStopping: z.strictObject({
    /** The cost of the best epoch, and the cost that counts as an improvement when it is beaten. */
    best: z.number().nullable(),
    mark: z.number().nullable(),
    epochsWithout: count,
  }),
  /** What the schedule goes on from. */
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
  /** Whether the run had come to its end: to go on is to extend it. */
  finished: z.boolean(),
});
type CheckpointState = z.infer<typeof checkpointStateSchema>;

/** All that a run goes on from, to the bit, at any of its steps. */
export interface Checkpoint extends CheckpointState {
  /** Parameters, running statistics and the optimizer's memory. */
  readonly values: Numbers;
  /** Parameters and running statistics of the best epoch; null as long as `best` is. */
  readonly bestParameters: Numbers | null;
}
