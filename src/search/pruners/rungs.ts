import { createNoPruner, type Pruner } from './pruner.ts';
import { insertSorted } from './sorted.ts';

/**
 * Successive halving of trials that cannot wait for their turn: at each height one goes on that is among the best 1/factor of all that have come
 * so far, itself included, and any other stops. Of fewer than `factor` trials the best one goes on. That is Optuna's SuccessiveHalvingPruner, but
 * for what a trial is held against: what was known when it was asked for, so that the order in which trials report changes nothing.
 */
export function createRungs(heights: readonly number[], factor: number): Pruner {
  /** Of each height the losses there in ascending order. */
  const rungs: readonly number[][] = heights.map(() => []);

  return {
    ...createNoPruner(),
    stretchOf: (_, epochs) => ({
      until: null,
      limits: heights.flatMap((epoch, rung) => {
        const losses = rungs[rung];
        if (epoch >= epochs || losses.length === 0) return [];
        const goOn = Math.max(Math.floor((losses.length + 1) / factor), 1);
        return [{ epoch, worst: losses[goOn - 1] }];
      }),
    }),
    see(_, { loss, lossAt }) {
      if (loss === Number.POSITIVE_INFINITY) return;
      for (const [rung, losses] of rungs.entries()) {
        const reached = lossAt(heights[rung]);
        if (reached !== null) insertSorted(losses, reached, (a, b) => a - b);
      }
    },
  };
}
