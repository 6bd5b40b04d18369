import { z } from 'zod';
import type { Halt } from '../../training/loop/halt.ts';
import { maxEpochs } from './maxEpochs.ts';
import { createNoPruner, type Pruner } from './pruner.ts';
import { insertSorted } from './sorted.ts';

/** A training of more epochs is not looked at more often: each look is a limit that is stored with the trial. */
const MOST_LOOKS = 100;
/** One of so many parts of the epochs is over when a trial is looked at first, unless it is said otherwise. */
const WARMUP_PARTS = 10;

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
      .describe(`Epochs between two looks; more where there would be over ${MOST_LOOKS} looks.`),
    maxEpochs,
  })
  .describe('Stops a trial that is worse than the median of the others at the same epoch.');
type Median = z.output<typeof medianSchema>;

/**
 * The median stopping rule (Golovin et al. 2017, "Google Vizier"): after an epoch, a trial whose best loss so far is above the median of what the
 * earlier trials had at that epoch ends. A trial that ended of itself before counts with what it had at its end; a failed one does not count.
 */
export function createMedian(settings: Median, mostEpochs: number): Pruner {
  const epochs = looksOfMedian(settings, mostEpochs);
  /** Of each look the losses in ascending order. */
  const looks: readonly number[][] = epochs.map(() => []);

  function limitsOf(ownEpochs: number): Halt['limits'] {
    const own = epochs.map((epoch, i) => ({ epoch, losses: looks[i] }));
    return own
      .filter(({ epoch, losses }) => epoch < ownEpochs && losses.length >= settings.startupTrials)
      .map(({ epoch, losses }) => ({ epoch, worst: medianOf(losses) }));
  }

  return {
    ...createNoPruner(),
    stretchOf: (_, ownEpochs) => ({ until: null, limits: limitsOf(ownEpochs) }),
    see(_, { loss, lossAt }) {
      if (loss === Number.POSITIVE_INFINITY) return;
      for (const [i, losses] of looks.entries()) {
        const reached = lossAt(epochs[i]);
        if (reached !== null) insertSorted(losses, reached, (a, b) => a - b);
      }
    },
  };
}

/** The epochs after which trials are looked at. */
export function looksOfMedian({ warmupEpochs, intervalEpochs }: Median, mostEpochs: number): readonly number[] {
  const warmup = warmupEpochs ?? Math.max(Math.floor(mostEpochs / WARMUP_PARTS), 1);
  const interval = Math.max(intervalEpochs, Math.ceil(mostEpochs / MOST_LOOKS));
  const looks: number[] = [];
  for (let epoch = warmup; epoch < mostEpochs; epoch += interval) looks.push(epoch);
  return looks;
}

function medianOf(sorted: readonly number[]): number {
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
