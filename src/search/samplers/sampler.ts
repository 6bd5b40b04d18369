import type { Point, Space } from '../space/space.ts';

/** A trial that has ended, as the samplers see it. */
export interface FinishedTrial {
  readonly point: Point;
  /** What is minimized; Infinity for a trial that failed. */
  readonly loss: number;
}

/** What is known when a trial is asked for; both in the order in which they were asked. */
export interface TrialHistory {
  readonly finished: readonly FinishedTrial[];
  /** Asked and without a result yet. */
  readonly pending: readonly Point[];
}

/**
 * The point of trial number n, from 0 on, by what is known then; null: there is nothing left to try. A pure function of its arguments and of what
 * it was created with: what is random comes from the seed and n, nothing is remembered from one call to the next.
 */
type Suggest = (n: number, known: TrialHistory) => Point | null;

/** A sampler of that space; different seeds search differently. */
export type CreateSampler = (space: Space, seed: number) => Suggest;

/** What is wrong with a parameter for a sampler, or with all of them (null), and what to do. */
export interface SpaceIssue {
  readonly parameter: string | null;
  readonly message: string;
}
