import { insertSorted } from './insertSorted.ts';
import type { Observation, Promotion, Pruner } from './pruner.ts';

/** A trial on a rung: what its loss was there. */
interface RungEntry {
  readonly trial: number;
  readonly loss: number;
  readonly isOver: boolean;
  /** Whether it went on to the rung above. */
  isPromoted: boolean;
}

interface RunningTrial {
  readonly epochs: number;
  /** The rung that its leg runs to. */
  rung: number;
}

/**
 * Asynchronous successive halving (Li et al. 2020, "A system for massively parallel hyperparameter tuning"): trials run to the first height,
 * and of those on a rung the best 1/factor go on to the next; above the last height lies the end of each trial.
 *
 * A trial that has come to its end earlier, by fewer epochs or early stopping, climbs with the loss that it has, by the same rule and without
 * running; so it takes no place on a rung that it has not earned, and a failed one lets nobody up.
 */
export function createSuccessiveHalving(milestones: readonly number[], factor: number): Pruner {
  const top = milestones.length;
  const rungs: RungEntry[][] = Array.from({ length: top + 1 }, () => []);
  const trials = new Map<number, RunningTrial>();

  const untilOf = (rung: number, epochs: number) => (rung < top && milestones[rung] < epochs ? milestones[rung] : null);
  const trialOf = (trial: number) => {
    const found = trials.get(trial);
    if (found === undefined) throw new TypeError(`trial ${trial} was never begun`);
    return found;
  };
  const promotionOf = ({ trial }: RungEntry, rung: number): Promotion => ({
    trial,
    until: untilOf(rung + 1, trialOf(trial).epochs),
  });

  function insertEntry(rung: number, entry: RungEntry): void {
    insertSorted(rungs[rung], entry, (a, b) => (a.loss === b.loss ? a.trial - b.trial : a.loss - b.loss));
  }

  /** The first of the best 1/factor of the rung that is still on it. */
  function firstEligible(rung: number, isSought: (entry: RungEntry) => boolean): RungEntry | undefined {
    const eligible = Math.floor(rungs[rung].length / factor);
    for (let i = 0; i < eligible; i++) {
      const entry = rungs[rung][i];
      if (!entry.isPromoted && Number.isFinite(entry.loss) && isSought(entry)) return entry;
    }
    return undefined;
  }

  /** Those that are over go up as far as they have earned it. */
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

  /** From the highest rung down, as there is most to gain. */
  function promotion(): Promotion | null {
    for (let rung = top - 1; rung >= 0; rung--) {
      const entry = firstEligible(rung, ({ isOver }) => !isOver);
      if (entry) return promotionOf(entry, rung);
    }
    return null;
  }

  /** The best of the highest rung that anyone is on. */
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
    if (entry === undefined || entry.isPromoted || entry.isOver) throw new TypeError(`trial ${trial} does not wait`);
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
