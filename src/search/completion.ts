import { weaklyDominates } from './objectives.ts';

export interface CompletionSettings {
  /** As a loss: a trial whose first loss is this low ends the search. */
  readonly target: number | null;
  /** This many trials without progress end the search. */
  readonly patience: number | null;
}

export interface Completion {
  /** Adds the losses of a segment. `isFirst`: it is the first segment of its trial. */
  observe(losses: readonly number[], isFirst: boolean): void;
  /** Why no more trials are created: the condition that was met first. */
  stopReason(): 'target' | 'noProgress' | null;
}

/** Tracks the best losses: the lowest with one objective, the Pareto front with several. */
export function createCompletion({ target, patience }: CompletionSettings): Completion {
  let best: (readonly number[])[] = [];
  let trialsWithout = 0;
  let reason: 'target' | 'noProgress' | null = null;

  function observe(losses: readonly number[], isFirst: boolean): void {
    if (losses.every(Number.isFinite) && !best.some((other) => weaklyDominates(other, losses))) {
      best = [...best.filter((other) => !weaklyDominates(losses, other)), losses];
      trialsWithout = 0;
    } else if (isFirst) trialsWithout += 1;
    if (target !== null && losses[0] <= target) reason ??= 'target';
    if (patience !== null && trialsWithout >= patience) reason ??= 'noProgress';
  }

  return { observe, stopReason: () => reason };
}
