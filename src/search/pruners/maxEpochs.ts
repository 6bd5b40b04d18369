import { z } from 'zod';

export const MAX_EXTERNAL_EPOCHS = 100_000;

/** A setting of every pruner. The trials of other sweeps have it in their job. */
export const maxEpochsSchema = z
  .int()
  .min(1)
  .max(MAX_EXTERNAL_EPOCHS)
  .optional()
  .describe('Only for an external sweep: the maximum number of epochs that a trial reports.');
