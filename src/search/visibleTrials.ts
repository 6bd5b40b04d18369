import { lossesOf, type Objective } from './objectives.ts';
import type { FinishedTrial, TrialHistory } from './samplers/sampler.ts';
import { scalarize } from './scalarize.ts';
import type { Point } from './space/space.ts';

/** The trials of a search with the losses that are visible to it, as samplers need them. */
export interface VisibleTrials {
  /** The number of trials. */
  count(): number;
  add(point: Point): void;
  /** Sets the losses of a trial from its last segment and returns them. `isFirst`: it had none. */
  setObjectives(trial: number, values: readonly number[] | null): { losses: readonly number[]; isFirst: boolean };
  /** The history for the suggestion of the next trial. */
  history(): TrialHistory;
}

/** With several objectives their losses are combined into one, anew for each suggestion. */
export function createVisibleTrials(objectives: readonly Objective[], seed: number): VisibleTrials {
  const points: Point[] = [];
  /** Of the first trials: the first segments of trials become visible in the order of trials. */
  const losses: (readonly number[])[] = [];
  /** The same for samplers, if there is one objective. */
  const finished: FinishedTrial[] = [];

  return {
    count: () => points.length,
    add: (point) => points.push(point),

    setObjectives(trial, values) {
      const own = lossesOf(objectives, values);
      const isFirst = trial === losses.length;
      losses[trial] = own;
      finished[trial] = { point: points[trial], loss: own[0] };
      return { losses: own, isFirst };
    },

    history() {
      const pending = points.slice(finished.length);
      if (objectives.length === 1) return { finished, pending };
      const combined = scalarize(losses, seed, points.length);
      return { finished: combined.map((loss, trial) => ({ point: points[trial], loss })), pending };
    },
  };
}
