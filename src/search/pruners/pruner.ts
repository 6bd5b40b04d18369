import type { StopRule } from '../../training/loop/stopRule.ts';

/**
 * The epoch until which a segment runs (null: to the end of the trial), and limits of the loss that
 * stop it earlier.
 */
export interface Budget {
  readonly until: number | null;
  readonly limits: StopRule['limits'];
}

/** The result of a segment, as pruners see it. */
export interface Observation {
  /** Infinity for a failed trial. */
  readonly loss: number;
  /** Whether the trial cannot resume: it finished or failed. */
  readonly isOver: boolean;
  /**
   * The best loss up to an epoch; null if unknown. After the end of a finished trial, its final
   * loss.
   */
  readonly lossAt: (epoch: number) => number | null;
}

/** A paused trial to resume. */
export interface Promotion {
  readonly trial: number;
  /** The epoch of the trial at which the segment ends; null: the end of the trial. */
  readonly until: number | null;
}

/**
 * Decides which trials resume, and for how many epochs. Deterministic: the same calls of `begin`,
 * `observe` and `promote` in the same order give the same state. The other methods change nothing.
 */
export interface Pruner {
  /** The initial budget of a trial with that many epochs. */
  initialBudget(trial: number, epochs: number): Budget;
  /** Adds a new trial. */
  begin(trial: number, epochs: number): void;
  /** Adds the result of the current segment of a trial. */
  observe(trial: number, observation: Observation): void;
  /** A trial to promote; null: none qualifies. */
  promotion(): Promotion | null;
  /**
   * A trial to promote when no more results will come and none qualifies, so that the best trial
   * runs to its end.
   */
  finalPromotion(): Promotion | null;
  /** Records that the trial resumes. */
  promote(trial: number): void;
}

/** Every trial runs to its end. */
export function createNoPruner(): Pruner {
  return {
    initialBudget: () => ({ until: null, limits: [] }),
    begin: () => undefined,
    observe: () => undefined,
    promotion: () => null,
    finalPromotion: () => null,
    promote: () => undefined,
  };
}
