import { insertSorted } from './insertSorted.ts';
import { createNoPruner, type Pruner } from './pruner.ts';

/**
 * Successive halving of trials that cannot wait for their turn: at each height one goes on that is among the best 1/factor of all that have come
 * so far, itself included, and any other stops. Of fewer than `factor` trials the best one goes on. That is Optuna's SuccessiveHalvingPruner, but
 * for what a trial is held against: what was known when it was asked for, so that the order in which trials report changes nothing.
 */
export function createStoppingRungs(milestones: readonly number[], factor: number): Pruner {
  /** Of each height the losses there in ascending order. */
  const rungs: readonly number[][] = milestones.map(() => []);

  return {
    ...createNoPruner(),
    initialBudget: (_, epochs) => ({
      until: null,
      limits: milestones.flatMap((epoch, rung) => {
        const losses = rungs[rung];
        if (epoch >= epochs || losses.length === 0) return [];
        const survivors = Math.max(Math.floor((losses.length + 1) / factor), 1);
        return [{ epoch, worst: losses[survivors - 1] }];
      }),
    }),
    observe(_, { loss, lossAt }) {
      if (loss === Number.POSITIVE_INFINITY) return;
      for (const [rung, losses] of rungs.entries()) {
        const reached = lossAt(milestones[rung]);
        if (reached !== null) insertSorted(losses, reached, (a, b) => a - b);
      }
    },
  };
}
