import type { Promotion, Pruner, Seen } from './pruner.ts';
import { insertSorted } from './sorted.ts';

/** A trial on a rung: what its loss was there. */
interface Entry {
  readonly trial: number;
  readonly loss: number;
  readonly isOver: boolean;
  /** Whether it went on to the rung above. */
  hasLeft: boolean;
}

interface Climber {
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
export function createLadder(heights: readonly number[], factor: number): Pruner {
  const top = heights.length;
  const rungs: Entry[][] = Array.from({ length: top + 1 }, () => []);
  const climbers = new Map<number, Climber>();

  const untilOf = (rung: number, epochs: number) => (rung < top && heights[rung] < epochs ? heights[rung] : null);
  const climberOf = (trial: number) => {
    const climber = climbers.get(trial);
    if (climber === undefined) throw new TypeError(`trial ${trial} was never begun`);
    return climber;
  };
  const promotionOf = ({ trial }: Entry, rung: number): Promotion => ({
    trial,
    until: untilOf(rung + 1, climberOf(trial).epochs),
  });

  function put(rung: number, entry: Entry): void {
    insertSorted(rungs[rung], entry, (a, b) => (a.loss === b.loss ? a.trial - b.trial : a.loss - b.loss));
  }

  /** The first of the best 1/factor of the rung that is still on it. */
  function earnedOn(rung: number, isSought: (entry: Entry) => boolean): Entry | undefined {
    const earning = Math.floor(rungs[rung].length / factor);
    for (let i = 0; i < earning; i++) {
      const entry = rungs[rung][i];
      if (!entry.hasLeft && Number.isFinite(entry.loss) && isSought(entry)) return entry;
    }
    return undefined;
  }

  /** Those that are over go up as far as they have earned it. */
  function climb(): void {
    for (let rung = 0; rung < top; rung++) {
      for (;;) {
        const entry = earnedOn(rung, ({ isOver }) => isOver);
        if (entry === undefined) break;
        entry.hasLeft = true;
        put(rung + 1, { ...entry, hasLeft: false });
      }
    }
  }

  function see(trial: number, { loss, isOver }: Seen): void {
    const { rung, epochs } = climberOf(trial);
    put(rung, { trial, loss, isOver: isOver || untilOf(rung, epochs) === null, hasLeft: false });
    climb();
  }

  /** From the highest rung down, as there is most to gain. */
  function promotion(): Promotion | null {
    for (let rung = top - 1; rung >= 0; rung--) {
      const entry = earnedOn(rung, ({ isOver }) => !isOver);
      if (entry) return promotionOf(entry, rung);
    }
    return null;
  }

  /** The best of the highest rung that anyone is on. */
  function lift(): Promotion | null {
    for (let rung = top; rung >= 0; rung--) {
      const best = rungs[rung].find(({ loss, hasLeft }) => Number.isFinite(loss) && !hasLeft);
      if (best) return best.isOver ? null : promotionOf(best, rung);
    }
    return null;
  }

  function promote(trial: number): void {
    const climber = climberOf(trial);
    const entry = rungs[climber.rung].find((each) => each.trial === trial);
    if (entry === undefined || entry.hasLeft || entry.isOver) throw new TypeError(`trial ${trial} does not wait`);
    entry.hasLeft = true;
    climber.rung += 1;
  }

  return {
    stretchOf: (_, epochs) => ({ until: untilOf(0, epochs), limits: [] }),
    begin: (trial, epochs) => climbers.set(trial, { epochs, rung: 0 }),
    see,
    promotion,
    lift,
    promote,
  };
}
