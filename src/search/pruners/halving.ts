import { z } from 'zod';
import { maxEpochsSchema } from './maxEpochs.ts';
import type { Pruner } from './pruner.ts';
import { createStoppingRungs } from './stoppingRungs.ts';
import { createSuccessiveHalving } from './successiveHalving.ts';

/** The default number of rungs below the end. */
const DEFAULT_RUNGS = 3;
/**
 * Raises the first rung by this factor. With lower rungs, trials that only learn fast at first were
 * promoted on `adult` and `california`.
 */
const FIRST_RUNG_FACTOR = 2;

/** Settings of asha and of hyperband. */
export const halvingSettings = {
  minEpochs: z
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .default(null)
    .describe('The minimum number of epochs of a trial. Null: 2 · epochs / `reductionFactor`³.'),
  maxEpochs: maxEpochsSchema,
  reductionFactor: z
    .int()
    .min(2)
    .max(10)
    .default(3)
    .describe('At each rung one of this many trials is promoted, to this many times the epochs.'),
};

interface HalvingSettings {
  readonly minEpochs: number | null;
  readonly reductionFactor: number;
}

/** Trials that cannot pause are promoted at once or stopped. */
export function createHalvingPruner(milestones: readonly number[], factor: number, canPause: boolean): Pruner {
  return canPause ? createSuccessiveHalving(milestones, factor) : createStoppingRungs(milestones, factor);
}

/** The epochs of the rungs below the end: `minEpochs` · `reductionFactor`^k. */
export function rungMilestones({ minEpochs, reductionFactor }: HalvingSettings, maxEpochs: number): readonly number[] {
  const milestones: number[] = [];
  const first = minEpochs ?? Math.ceil((FIRST_RUNG_FACTOR * maxEpochs) / reductionFactor ** DEFAULT_RUNGS);
  for (let milestone = first; milestone < maxEpochs; milestone *= reductionFactor) milestones.push(milestone);
  return milestones;
}

/** The estimated sum of the epochs of all trials, if each rung promotes its best 1/factor. */
export function estimateHalvingEpochs(
  trials: number,
  milestones: readonly number[],
  factor: number,
  maxEpochs: number,
): number {
  const ends = [...milestones, maxEpochs];
  return ends.reduce((sum, end, rung) => {
    const reaching = Math.max(Math.floor(trials / factor ** rung), Math.min(trials, 1));
    return sum + reaching * (end - (ends[rung - 1] ?? 0));
  }, 0);
}
