import { z } from 'zod';

export const MOST_EPOCHS_OUTSIDE = 100_000;

/** The setting of every pruner that says what the job of a trial would say. */
export const maxEpochs = z
  .int()
  .min(1)
  .max(MOST_EPOCHS_OUTSIDE)
  .optional()
  .describe('Of an external sweep, and there alone: how many epochs a trial has at most, of which it reports.');
