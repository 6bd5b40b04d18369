import { z } from 'zod';
import { createHalving, epochsOfHalving, halvingSettings, heightsOf } from './halving.ts';
import type { Pruner } from './pruner.ts';

export const ashaSchema = z
  .strictObject({ type: z.literal('asha'), ...halvingSettings })
  .describe(
    'Many trials begin, and the best of them go on: asynchronous successive halving. In an external sweep those that are not among the best stop.',
  );
type Asha = z.output<typeof ashaSchema>;

export function createAsha(settings: Asha, mostEpochs: number, canWait: boolean): Pruner {
  return createHalving(heightsOf(settings, mostEpochs), settings.reductionFactor, canWait);
}

/** About the epochs that so many trials take. */
export function estimateAsha(settings: Asha, mostEpochs: number, trials: number): number {
  return epochsOfHalving(trials, heightsOf(settings, mostEpochs), settings.reductionFactor, mostEpochs);
}
