import { z } from 'zod';
import { epochsOfHalving, halvingSettings, heightsOf } from './halving.ts';
import { createLadder } from './ladder.ts';
import type { Pruner } from './pruner.ts';

export const ashaSchema = z
  .strictObject({ type: z.literal('asha'), ...halvingSettings })
  .describe('Many trials begin, and the best of them go on: asynchronous successive halving.');
type Asha = z.output<typeof ashaSchema>;

export function createAsha(settings: Asha, mostEpochs: number): Pruner {
  return createLadder(heightsOf(settings, mostEpochs), settings.reductionFactor);
}

/** About the epochs that so many trials take. */
export function estimateAsha(settings: Asha, mostEpochs: number, trials: number): number {
  return epochsOfHalving(trials, heightsOf(settings, mostEpochs), settings.reductionFactor, mostEpochs);
}
