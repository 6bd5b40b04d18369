import { z } from 'zod';
import { createHalvingPruner, estimateHalvingEpochs, halvingSettings, rungMilestones } from './halving.ts';
import type { Pruner } from './pruner.ts';

export const hyperbandSchema = z
  .strictObject({ type: z.literal('hyperband'), ...halvingSettings })
  .describe('Like asha, with later first rungs for some trials: for losses that are not informative at first.');
type Hyperband = z.output<typeof hyperbandSchema>;

/**
 * Hyperband (Li et al. 2018, "Hyperband: a novel bandit-based approach to hyperparameter
 * optimization"): one bracket of trials starts at the first rung, one at the second, and so on; the
 * trials of the last bracket all run to their end. Each bracket is a successive halving of its own.
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

/** The estimated sum of the epochs of all trials. */
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
  /**
   * The share of the trials, proportional to factor^s / (s + 1) for s rungs, so that all brackets
   * have the same sum of epochs.
   */
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

/**
 * Assigns each trial to the bracket that is furthest below its share; ties go to the first.
 * Deterministic.
 */
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

function firstOf<Item, Result>(items: readonly Item[], find: (item: Item) => Result | null): Result | null {
  for (const item of items) {
    const result = find(item);
    if (result !== null) return result;
  }
  return null;
}
