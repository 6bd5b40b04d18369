import { isAsGood } from './objectives.ts';

export interface CompletionSettings {
  /** As what is minimized: a trial whose first objective comes as far ends the search. */
  readonly target: number | null;
  /** So many trials without progress end the search. */
  readonly patience: number | null;
}

export interface Progress {
  /** Takes the losses of a leg, the first of its trial or a later one. */
  see(losses: readonly number[], isFirst: boolean): void;
  /** Why no more trials are asked for: what happened first. */
  stopped(): 'target' | 'noProgress' | null;
}

/** Watches the best: of one objective the least loss, of several those that no other is as good as. */
export function createProgress({ target, patience }: CompletionSettings): Progress {
  let best: (readonly number[])[] = [];
  let trialsWithout = 0;
  let stopped: 'target' | 'noProgress' | null = null;

  function see(losses: readonly number[], isFirst: boolean): void {
    if (losses.every(Number.isFinite) && !best.some((other) => isAsGood(other, losses))) {
      best = [...best.filter((other) => !isAsGood(losses, other)), losses];
      trialsWithout = 0;
    } else if (isFirst) trialsWithout += 1;
    if (target !== null && losses[0] <= target) stopped ??= 'target';
    if (patience !== null && trialsWithout >= patience) stopped ??= 'noProgress';
  }

  return { see, stopped: () => stopped };
}
