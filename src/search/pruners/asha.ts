import { z } from 'zod';
import { createHalvingPruner, estimateHalvingEpochs, halvingSettings, rungMilestones } from './halving.ts';
import type { Pruner } from './pruner.ts';

export const ashaSchema = z
  .strictObject({ type: z.literal('asha'), ...halvingSettings })
  .describe(
    'Asynchronous successive halving: many trials start, and the best of them are promoted. In an external sweep the others stop.',
  );
type Asha = z.output<typeof ashaSchema>;

export function createAsha(settings: Asha, maxEpochs: number, canPause: boolean): Pruner {
  return createHalvingPruner(rungMilestones(settings, maxEpochs), settings.reductionFactor, canPause);
}

/** The estimated sum of the epochs of all trials. */
export function estimateAsha(settings: Asha, maxEpochs: number, trials: number): number {
  return estimateHalvingEpochs(trials, rungMilestones(settings, maxEpochs), settings.reductionFactor, maxEpochs);
}
