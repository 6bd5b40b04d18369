import { z } from 'zod';
import { createLadder } from './ladder.ts';
import { maxEpochs } from './maxEpochs.ts';
import type { Pruner } from './pruner.ts';
import { createRungs } from './rungs.ts';

/** Rungs below the end unless it is said otherwise. */
const RUNGS = 3;
/** The first lies so many times as high as it would if the last lay at 1/factor: earlier, adult and california let up what only learns fast at first. */
const LIFT = 2;

/** The settings that asha and hyperband share. */
export const halvingSettings = {
  minEpochs: z
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .default(null)
    .describe('Epochs that every trial has; null: twice those of a trial by the third power of `reductionFactor`.'),
  maxEpochs,
  reductionFactor: z
    .int()
    .min(2)
    .max(10)
    .default(3)
    .describe('One of so many trials goes on at each rung, to so many times the epochs.'),
};

interface Halving {
  readonly minEpochs: number | null;
  readonly reductionFactor: number;
}

/** Trials that cannot wait go on at once, or never. */
export function createHalving(heights: readonly number[], factor: number, canWait: boolean): Pruner {
  return canWait ? createLadder(heights, factor) : createRungs(heights, factor);
}

/** The heights of the rungs below the end: minEpochs, and each so many times the one before. */
export function heightsOf({ minEpochs, reductionFactor }: Halving, mostEpochs: number): readonly number[] {
  const heights: number[] = [];
  const first = minEpochs ?? Math.ceil((LIFT * mostEpochs) / reductionFactor ** RUNGS);
  for (let height = first; height < mostEpochs; height *= reductionFactor) heights.push(height);
  return heights;
}

/** About the epochs of so many trials that climb those heights, when each rung lets its best 1/factor up. */
export function epochsOfHalving(
  trials: number,
  heights: readonly number[],
  factor: number,
  mostEpochs: number,
): number {
  const ends = [...heights, mostEpochs];
  return ends.reduce((sum, end, rung) => {
    const there = Math.max(Math.floor(trials / factor ** rung), Math.min(trials, 1));
    return sum + there * (end - (ends[rung - 1] ?? 0));
  }, 0);
}
