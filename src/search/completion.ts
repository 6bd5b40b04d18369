import { weaklyDominates } from './objectives.ts';

export interface CompletionSettings {
  /** As what is minimized: a trial whose first objective comes as far ends the search. */
  readonly target: number | null;
  /** So many trials without progress end the search. */
  readonly patience: number | null;
}

export interface Completion {
  /** Takes the losses of a leg, the first of its trial or a later one. */
  observe(losses: readonly number[], isFirst: boolean): void;
  /** Why no more trials are asked for: what happened first. */
  stopReason(): 'target' | 'noProgress' | null;
}

/** Watches the best: of one objective the least loss, of several those that no other is as good as. */
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
