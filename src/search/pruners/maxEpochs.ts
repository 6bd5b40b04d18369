import { z } from 'zod';

export const MAX_EXTERNAL_EPOCHS = 100_000;

/** The setting of every pruner that says what the job of a trial would say. */
export const maxEpochsSchema = z
  .int()
  .min(1)
  .max(MAX_EXTERNAL_EPOCHS)
  .optional()
  .describe('Of an external sweep, and there alone: how many epochs a trial has at most, of which it reports.');
