import type { StopRule } from '../../training/loop/stopRule.ts';

/** How far a trial runs until it is looked at: epochs, null to its end; and where it stops before, as a training's halt has it, but of losses. */
export interface Budget {
  readonly until: number | null;
  readonly limits: StopRule['limits'];
}

/** What a leg has come to, as the pruners see it. */
export interface Observation {
  /** What is minimized; Infinity for a trial that failed. */
  readonly loss: number;
  /** Whether the trial never goes on: it has come to its end of itself, or failed. */
  readonly isOver: boolean;
  /** The loss at the best epoch so far, after that epoch; null where there was none, or nobody knows. One that was over by then has what it came to. */
  readonly lossAt: (epoch: number) => number | null;
}

/** A trial that is to go on from where it waits. */
export interface Promotion {
  readonly trial: number;
  /** Epochs, all in all; null: to its end. */
  readonly until: number | null;
}

/**
 * Which trials go on, and how far. It remembers what it is told and nothing else, so that the same calls of `begin`, `see` and `promote`, in their
 * order, give the same answers; a question changes nothing.
 */
export interface Pruner {
  /** How far a new trial of so many epochs runs at first. */
  initialBudget(trial: number, epochs: number): Budget;
  /** The trial was asked. */
  begin(trial: number, epochs: number): void;
  /** What its leg has come to. */
  observe(trial: number, observation: Observation): void;
  /** The trial that has earned it to go on. */
  promotion(): Promotion | null;
  /** When nothing more will come and nobody has earned it: who goes on all the same, so that the best comes to its end. */
  finalPromotion(): Promotion | null;
  /** The trial goes on. */
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
