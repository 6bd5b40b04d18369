import { z } from 'zod';
import { maxEpochsSchema } from './maxEpochs.ts';
import type { Pruner } from './pruner.ts';
import { createStoppingRungs } from './stoppingRungs.ts';
import { createSuccessiveHalving } from './successiveHalving.ts';

/** Rungs below the end unless it is said otherwise. */
const DEFAULT_RUNGS = 3;
/** The first lies so many times as high as it would if the last lay at 1/factor: earlier, adult and california let up what only learns fast at first. */
const FIRST_RUNG_FACTOR = 2;

/** The settings that asha and hyperband share. */
export const halvingSettings = {
  minEpochs: z
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .default(null)
    .describe('Epochs that every trial has; null: twice those of a trial by the third power of `reductionFactor`.'),
  maxEpochs: maxEpochsSchema,
  reductionFactor: z
    .int()
    .min(2)
    .max(10)
    .default(3)
    .describe('One of so many trials goes on at each rung, to so many times the epochs.'),
};

interface HalvingSettings {
  readonly minEpochs: number | null;
  readonly reductionFactor: number;
}

/** Trials that cannot wait go on at once, or never. */
export function createHalvingPruner(milestones: readonly number[], factor: number, canPause: boolean): Pruner {
  return canPause ? createSuccessiveHalving(milestones, factor) : createStoppingRungs(milestones, factor);
}

/** The heights of the rungs below the end: minEpochs, and each so many times the one before. */
export function rungMilestones({ minEpochs, reductionFactor }: HalvingSettings, maxEpochs: number): readonly number[] {
  const milestones: number[] = [];
  const first = minEpochs ?? Math.ceil((FIRST_RUNG_FACTOR * maxEpochs) / reductionFactor ** DEFAULT_RUNGS);
  for (let milestone = first; milestone < maxEpochs; milestone *= reductionFactor) milestones.push(milestone);
  return milestones;
}

/** About the epochs of so many trials that climb those heights, when each rung lets its best 1/factor up. */
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
