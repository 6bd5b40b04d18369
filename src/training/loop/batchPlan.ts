import type { Schedule } from '../../engine/schedules/schedule.ts';
import { createSchedule } from '../../engine/schedules/schedules.ts';
import { invalidSpec } from '../schemas/invalidSpec.ts';
import type { TrainingSpec } from '../schemas/spec.ts';
import { type Batch, batchesOf } from './batches.ts';
import type { Run } from './run.ts';

/** The batches of every epoch and the learning rate of every step. */
export interface BatchPlan {
  readonly batches: readonly Batch[];
  readonly schedule: Schedule;
}

/** Throws `invalid_spec` if there are too few training rows for a step. */
export function planBatches({ trainer, splits }: Run, { training }: TrainingSpec): BatchPlan {
  const batches = batchesOf(splits.training.length, training.batchSize, trainer.minRows);
  if (batches.length === 0) {
    const message = `Batch normalization needs at least ${trainer.minRows} training rows, got ${splits.training.length}. Use another split, or the normalization 'layer'.`;
    throw invalidSpec('/split', message);
  }
  const schedule = createSchedule(training.schedule, {
    learningRate: trainer.learningRate,
    steps: training.epochs * batches.length,
    stepsPerEpoch: batches.length,
  });
  return { batches, schedule };
}
