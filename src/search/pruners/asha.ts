import { z } from 'zod';
import { createHalvingPruner, estimateHalvingEpochs, halvingSettings, rungMilestones } from './halving.ts';
import type { Pruner } from './pruner.ts';

export const ashaSchema = z
  .strictObject({ type: z.literal('asha'), ...halvingSettings })
  .describe(
    'Many trials begin, and the best of them go on: asynchronous successive halving. In an external sweep those that are not among the best stop.',
  );
type Asha = z.output<typeof ashaSchema>;

export function createAsha(settings: Asha, maxEpochs: number, canPause: boolean): Pruner {
  return createHalvingPruner(rungMilestones(settings, maxEpochs), settings.reductionFactor, canPause);
}

/** About the epochs that so many trials take. */
export function estimateAsha(settings: Asha, maxEpochs: number, trials: number): number {
  return estimateHalvingEpochs(trials, rungMilestones(settings, maxEpochs), settings.reductionFactor, maxEpochs);
}
