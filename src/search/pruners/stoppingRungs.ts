import { insertSorted } from './insertSorted.ts';
import { createNoPruner, type Pruner } from './pruner.ts';

/**
 * Successive halving of trials that cannot pause. At each milestone a trial stops unless it is
 * among the best 1/factor of the trials that reached it, itself included; of fewer than `factor`
 * trials the best one continues. This is Optuna's SuccessiveHalvingPruner, but a trial is compared
 * with the results that were known when it was created, so the order in which trials report has no
 * effect.
 */
export function createStoppingRungs(milestones: readonly number[], factor: number): Pruner {
  /** The losses at each milestone, in ascending order. */
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
