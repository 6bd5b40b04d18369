import { z } from 'zod';
import type { StopRule } from '../../training/loop/stopRule.ts';
import { insertSorted } from './insertSorted.ts';
import { maxEpochsSchema } from './maxEpochs.ts';
import { createNoPruner, type Pruner } from './pruner.ts';

/** Limits the milestones of long trainings: each one is a limit that is stored with the trial. */
const MAX_MILESTONES = 100;
/** The default first milestone: epochs / 10. */
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
      .describe('The number of trials that must have reached an epoch before other trials are pruned at it.'),
    warmupEpochs: someEpochs
      .nullable()
      .default(null)
      .describe('The first epoch after which a trial can be pruned. Null: a tenth of its epochs.'),
    intervalEpochs: someEpochs
      .default(1)
      .describe(
        `The number of epochs between two checks. It is increased if there would be more than ${MAX_MILESTONES} checks.`,
      ),
    maxEpochs: maxEpochsSchema,
  })
  .describe('Stops a trial that is worse than the median of the others at the same epoch.');
type Median = z.output<typeof medianSchema>;

/**
 * The median stopping rule (Golovin et al. 2017, "Google Vizier"): a trial ends if its best loss so
 * far is above the median of the best losses of earlier trials at the same epoch. A trial that
 * finished earlier counts with its final loss. Failed trials do not count.
 */
export function createMedian(settings: Median, maxEpochs: number): Pruner {
  const milestones = medianMilestones(settings, maxEpochs);
  /** The losses at each milestone, in ascending order. */
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

/** The epochs after which trials are compared. */
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
