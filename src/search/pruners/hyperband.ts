import { z } from 'zod';
import { createHalvingPruner, estimateHalvingEpochs, halvingSettings, rungMilestones } from './halving.ts';
import type { Pruner } from './pruner.ts';

export const hyperbandSchema = z
  .strictObject({ type: z.literal('hyperband'), ...halvingSettings })
  .describe('Like asha, with some trials that are looked at later: for losses that tell little at first.');
type Hyperband = z.output<typeof hyperbandSchema>;

/**
 * Hyperband (Li et al. 2018, "Hyperband: a novel bandit-based approach to hyperparameter optimization"): a bracket each for trials that are looked
 * at from the first rung on, from the second, and so on, to one whose trials all run to their end. Each bracket halves by itself.
 */
export function createHyperband(settings: Hyperband, maxEpochs: number, canPause: boolean): Pruner {
  const brackets = bracketsOf(settings, maxEpochs);
  const pruners = brackets.map(({ milestones }) => createHalvingPruner(milestones, settings.reductionFactor, canPause));
  const bracketOf = createBracketAssignment(brackets.map(({ share }) => share));
  const prunerOf = (trial: number) => pruners[bracketOf(trial)];
  return {
    initialBudget: (trial, epochs) => prunerOf(trial).initialBudget(trial, epochs),
    begin: (trial, epochs) => prunerOf(trial).begin(trial, epochs),
    observe: (trial, observation) => prunerOf(trial).observe(trial, observation),
    promotion: () => firstOf(pruners, (pruner) => pruner.promotion()),
    finalPromotion: () => firstOf(pruners, (pruner) => pruner.finalPromotion()),
    promote: (trial) => prunerOf(trial).promote(trial),
  };
}

/** About the epochs that so many trials take. */
export function estimateHyperband(settings: Hyperband, maxEpochs: number, trials: number): number {
  const brackets = bracketsOf(settings, maxEpochs);
  const bracketOf = createBracketAssignment(brackets.map(({ share }) => share));
  const counts = brackets.map(() => 0);
  for (let trial = 0; trial < trials; trial++) counts[bracketOf(trial)] += 1;
  return brackets.reduce(
    (sum, { milestones }, i) => sum + estimateHalvingEpochs(counts[i], milestones, settings.reductionFactor, maxEpochs),
    0,
  );
}

interface Bracket {
  readonly milestones: readonly number[];
  /** Of the trials, by the numbers that Hyperband begins with: factor^s / (s + 1) with s rungs, so that all brackets take as many epochs. */
  readonly share: number;
}

function bracketsOf(settings: Hyperband, maxEpochs: number): readonly Bracket[] {
  const milestones = rungMilestones(settings, maxEpochs);
  const weights = Array.from([0, ...milestones], (_, i) => {
    const rungs = milestones.length - i;
    return settings.reductionFactor ** rungs / (rungs + 1);
  });
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight, i) => ({ milestones: milestones.slice(i), share: weight / sum }));
}

/** Deals trial after trial to whoever has the least of their share, the first of several: the answer for a number is always the same. */
function createBracketAssignment(shares: readonly number[]): (trial: number) => number {
  const assigned: number[] = [];
  const counts = shares.map(() => 0);
  return (trial) => {
    while (assigned.length <= trial) {
      const owed = shares.map((share, i) => share * (assigned.length + 1) - counts[i]);
      const next = owed.indexOf(Math.max(...owed));
      counts[next] += 1;
      assigned.push(next);
    }
    return assigned[trial];
  };
}

function firstOf<Item, Answer>(items: readonly Item[], ask: (item: Item) => Answer | null): Answer | null {
  for (const item of items) {
    const answer = ask(item);
    if (answer !== null) return answer;
  }
  return null;
}
