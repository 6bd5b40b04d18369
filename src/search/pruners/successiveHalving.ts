import { insertSorted } from './insertSorted.ts';
import type { Observation, Promotion, Pruner } from './pruner.ts';

/** A trial on a rung, with its loss there. */
interface RungEntry {
  readonly trial: number;
  readonly loss: number;
  readonly isOver: boolean;
  /** Whether it was promoted to the next rung. */
  isPromoted: boolean;
}

interface RunningTrial {
  readonly epochs: number;
  /** The rung at which its segment ends. */
  rung: number;
}

/**
 * Asynchronous successive halving (Li et al. 2020, "A system for massively parallel hyperparameter
 * tuning"): trials run to the first milestone, and the best 1/factor on a rung are promoted to the
 * next. After the last milestone a trial runs to its end.
 *
 * A trial that ended earlier, by fewer epochs or early stopping, is promoted by the same rule
 * without running. So it occupies only the rungs that it qualifies for. A failed trial is never
 * promoted, and no other takes its place.
 */
export function createSuccessiveHalving(milestones: readonly number[], factor: number): Pruner {
  const top = milestones.length;
  const rungs: RungEntry[][] = Array.from({ length: top + 1 }, () => []);
  const trials = new Map<number, RunningTrial>();

  const untilOf = (rung: number, epochs: number) => (rung < top && milestones[rung] < epochs ? milestones[rung] : null);
  const trialOf = (trial: number) => {
    const found = trials.get(trial);
    if (found === undefined) throw new TypeError(`trial ${trial} was not begun`);
    return found;
  };
  const promotionOf = ({ trial }: RungEntry, rung: number): Promotion => ({
    trial,
    until: untilOf(rung + 1, trialOf(trial).epochs),
  });

  function insertEntry(rung: number, entry: RungEntry): void {
    insertSorted(rungs[rung], entry, (a, b) => (a.loss === b.loss ? a.trial - b.trial : a.loss - b.loss));
  }

  /** The best trial among the best 1/factor of the rung that is not promoted yet and matches. */
  function firstEligible(rung: number, isSought: (entry: RungEntry) => boolean): RungEntry | undefined {
    const eligible = Math.floor(rungs[rung].length / factor);
    for (let i = 0; i < eligible; i++) {
      const entry = rungs[rung][i];
      if (!entry.isPromoted && Number.isFinite(entry.loss) && isSought(entry)) return entry;
    }
    return undefined;
  }

  /** Promotes finished trials as far as they qualify. */
  function promoteEnded(): void {
    for (let rung = 0; rung < top; rung++) {
      for (;;) {
        const entry = firstEligible(rung, ({ isOver }) => isOver);
        if (entry === undefined) break;
        entry.isPromoted = true;
        insertEntry(rung + 1, { ...entry, isPromoted: false });
      }
    }
  }

  function observe(trial: number, { loss, isOver }: Observation): void {
    const { rung, epochs } = trialOf(trial);
    insertEntry(rung, { trial, loss, isOver: isOver || untilOf(rung, epochs) === null, isPromoted: false });
    promoteEnded();
  }

  /** Checks the highest rung first, because its trials are the most promising. */
  function promotion(): Promotion | null {
    for (let rung = top - 1; rung >= 0; rung--) {
      const entry = firstEligible(rung, ({ isOver }) => !isOver);
      if (entry) return promotionOf(entry, rung);
    }
    return null;
  }

  /** The best trial of the highest rung that has one. */
  function finalPromotion(): Promotion | null {
    for (let rung = top; rung >= 0; rung--) {
      const best = rungs[rung].find(({ loss, isPromoted }) => Number.isFinite(loss) && !isPromoted);
      if (best) return best.isOver ? null : promotionOf(best, rung);
    }
    return null;
  }

  function promote(trial: number): void {
    const promoted = trialOf(trial);
    const entry = rungs[promoted.rung].find((each) => each.trial === trial);
    if (entry === undefined || entry.isPromoted || entry.isOver) throw new TypeError(`trial ${trial} is not paused`);
    entry.isPromoted = true;
    promoted.rung += 1;
  }

  return {
    initialBudget: (_, epochs) => ({ until: untilOf(0, epochs), limits: [] }),
    begin: (trial, epochs) => trials.set(trial, { epochs, rung: 0 }),
    observe,
    promotion,
    finalPromotion,
    promote,
  };
}
