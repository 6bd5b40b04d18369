import { z } from 'zod';
import type { StopRule } from '../../training/loop/stopRule.ts';
import { insertSorted } from './insertSorted.ts';
import { maxEpochsSchema } from './maxEpochs.ts';
import { createNoPruner, type Pruner } from './pruner.ts';

/** A training of more epochs is not looked at more often: each look is a limit that is stored with the trial. */
const MAX_MILESTONES = 100;
/** One of so many parts of the epochs is over when a trial is looked at first, unless it is said otherwise. */
const WARMUP_DIVISOR = 10;

const someEpochs = z.int().min(1).max(100_000);

export const medianSchema = z
  .strictObject({
    type: z.literal('median'),
    startupTrials: z
      .int()
      .min(1)
      .max(10_000)
      .default(5)
      .describe('Trials that must have come as far before others are measured against them.'),
    warmupEpochs: someEpochs
      .nullable()
      .default(null)
      .describe('The epoch after which a trial is looked at first; null: when a tenth of them is over.'),
    intervalEpochs: someEpochs
      .default(1)
      .describe(`Epochs between two looks; more where there would be over ${MAX_MILESTONES} looks.`),
    maxEpochs: maxEpochsSchema,
  })
  .describe('Stops a trial that is worse than the median of the others at the same epoch.');
type Median = z.output<typeof medianSchema>;

/**
 * The median stopping rule (Golovin et al. 2017, "Google Vizier"): after an epoch, a trial whose best loss so far is above the median of what the
 * earlier trials had at that epoch ends. A trial that ended of itself before counts with what it had at its end; a failed one does not count.
 */
export function createMedian(settings: Median, maxEpochs: number): Pruner {
  const milestones = medianMilestones(settings, maxEpochs);
  /** Of each look the losses in ascending order. */
  const lossesByMilestone: readonly number[][] = milestones.map(() => []);

  function limitsOf(ownEpochs: number): StopRule['limits'] {
    const own = milestones.map((epoch, i) => ({ epoch, losses: lossesByMilestone[i] }));
    return own
      .filter(({ epoch, losses }) => epoch < ownEpochs && losses.length >= settings.startupTrials)
      .map(({ epoch, losses }) => ({ epoch, worst: medianOf(losses) }));
  }

  return {
    ...createNoPruner(),
    initialBudget: (_, ownEpochs) => ({ until: null, limits: limitsOf(ownEpochs) }),
    observe(_, { loss, lossAt }) {
      if (loss === Number.POSITIVE_INFINITY) return;
      for (const [i, losses] of lossesByMilestone.entries()) {
        const reached = lossAt(milestones[i]);
        if (reached !== null) insertSorted(losses, reached, (a, b) => a - b);
      }
    },
  };
}

/** The epochs after which trials are looked at. */
export function medianMilestones({ warmupEpochs, intervalEpochs }: Median, maxEpochs: number): readonly number[] {
  const warmup = warmupEpochs ?? Math.max(Math.floor(maxEpochs / WARMUP_DIVISOR), 1);
  const interval = Math.max(intervalEpochs, Math.ceil(maxEpochs / MAX_MILESTONES));
  const milestones: number[] = [];
  for (let epoch = warmup; epoch < maxEpochs; epoch += interval) milestones.push(epoch);
  return milestones;
}

function medianOf(sorted: readonly number[]): number {
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
