import type { Point, Space } from '../space/space.ts';

/** A finished trial, as samplers see it. */
export interface FinishedTrial {
  readonly point: Point;
  /** Infinity for a failed trial. */
  readonly loss: number;
}

/** The trials that a suggestion is based on, in the order in which they were created. */
export interface TrialHistory {
  readonly finished: readonly FinishedTrial[];
  /** Trials without a result. */
  readonly pending: readonly Point[];
}

/**
 * Suggests the point of trial n, counted from 0; null: the space is exhausted. A pure function of
 * its arguments and of the arguments of `CreateSampler`: random numbers depend on the seed and n
 * only.
 */
type Suggest = (n: number, known: TrialHistory) => Point | null;

/** Creates a sampler. Different seeds give different trials. */
export type CreateSampler = (space: Space, seed: number) => Suggest;

/** Why a sampler cannot use a parameter, or the whole space (null), and the remedy. */
export interface SpaceIssue {
  readonly parameter: string | null;
  readonly message: string;
}
