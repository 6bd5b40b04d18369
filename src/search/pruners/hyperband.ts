import { z } from 'zod';
import { createHalving, epochsOfHalving, halvingSettings, heightsOf } from './halving.ts';
import type { Pruner } from './pruner.ts';

export const hyperbandSchema = z
  .strictObject({ type: z.literal('hyperband'), ...halvingSettings })
  .describe('Like asha, with some trials that are looked at later: for losses that tell little at first.');
type Hyperband = z.output<typeof hyperbandSchema>;

/**
 * Hyperband (Li et al. 2018, "Hyperband: a novel bandit-based approach to hyperparameter optimization"): a bracket each for trials that are looked
 * at from the first rung on, from the second, and so on, to one whose trials all run to their end. Each bracket halves by itself.
 */
export function createHyperband(settings: Hyperband, mostEpochs: number, canWait: boolean): Pruner {
  const brackets = bracketsOf(settings, mostEpochs);
  const ladders = brackets.map(({ heights }) => createHalving(heights, settings.reductionFactor, canWait));
  const deal = createDeal(brackets.map(({ share }) => share));
  const ladderOf = (trial: number) => ladders[deal(trial)];
  return {
    stretchOf: (trial, epochs) => ladderOf(trial).stretchOf(trial, epochs),
    begin: (trial, epochs) => ladderOf(trial).begin(trial, epochs),
    see: (trial, seen) => ladderOf(trial).see(trial, seen),
    promotion: () => firstOf(ladders, (ladder) => ladder.promotion()),
    lift: () => firstOf(ladders, (ladder) => ladder.lift()),
    promote: (trial) => ladderOf(trial).promote(trial),
  };
}

/** About the epochs that so many trials take. */
export function estimateHyperband(settings: Hyperband, mostEpochs: number, trials: number): number {
  const brackets = bracketsOf(settings, mostEpochs);
  const deal = createDeal(brackets.map(({ share }) => share));
  const dealt = brackets.map(() => 0);
  for (let trial = 0; trial < trials; trial++) dealt[deal(trial)] += 1;
  return brackets.reduce(
    (sum, { heights }, i) => sum + epochsOfHalving(dealt[i], heights, settings.reductionFactor, mostEpochs),
    0,
  );
}

interface Bracket {
  readonly heights: readonly number[];
  /** Of the trials, by the numbers that Hyperband begins with: factor^s / (s + 1) with s rungs, so that all brackets take as many epochs. */
  readonly share: number;
}

function bracketsOf(settings: Hyperband, mostEpochs: number): readonly Bracket[] {
  const heights = heightsOf(settings, mostEpochs);
  const weights = Array.from([0, ...heights], (_, i) => {
    const rungs = heights.length - i;
    return settings.reductionFactor ** rungs / (rungs + 1);
  });
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight, i) => ({ heights: heights.slice(i), share: weight / sum }));
}

/** Deals trial after trial to whoever has the least of their share, the first of several: the answer for a number is always the same. */
function createDeal(shares: readonly number[]): (trial: number) => number {
  const dealt: number[] = [];
  const counts = shares.map(() => 0);
  return (trial) => {
    while (dealt.length <= trial) {
      const owed = shares.map((share, i) => share * (dealt.length + 1) - counts[i]);
      const next = owed.indexOf(Math.max(...owed));
      counts[next] += 1;
      dealt.push(next);
    }
    return dealt[trial];
  };
}

function firstOf<Item, Answer>(items: readonly Item[], ask: (item: Item) => Answer | null): Answer | null {
  for (const item of items) {
    const answer = ask(item);
    if (answer !== null) return answer;
  }
  return null;
}
