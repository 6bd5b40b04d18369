import { lossesOf, type Objective } from './objectives.ts';

interface Trial {
  /** One per objective; null: the trial has none. */
  readonly objectives: readonly number[] | null;
}

interface Compared<Each> {
  readonly trial: Each;
  /** The position in the input. */
  readonly index: number;
  readonly losses: readonly number[];
}

/**
 * The trials that no other trial dominates, in the order of the input. Failed trials are left out.
 */
export function paretoFront<Each extends Trial>(
  trials: readonly Each[],
  objectives: readonly Objective[],
): readonly Each[] {
  const all = comparableTrials(trials, objectives).toSorted((a, b) => compareLosses(a.losses, b.losses));
  const front: Compared<Each>[] = [];
  // One flat array for speed: thousands of trials on the front are compared with thousands.
  const known = new Float64Array(all.length * objectives.length);
  for (const each of all) {
    // The trials are sorted, so a trial is dominated by earlier ones only. With two losses the
    // first grows along the front, so the last trial of the front has the lowest second loss.
    const from = objectives.length <= 2 ? Math.max(front.length - 1, 0) : 0;
    if (isDominated(each.losses, known, from, front.length)) continue;
    known.set(each.losses, front.length * objectives.length);
    front.push(each);
  }
  return front.toSorted((a, b) => a.index - b.index).map(({ trial }) => trial);
}

function comparableTrials<Each extends Trial>(trials: readonly Each[], objectives: readonly Objective[]) {
  return trials
    .map((trial, index): Compared<Each> => ({ trial, index, losses: lossesOf(objectives, trial.objectives) }))
    .filter(({ losses }) => losses.every(Number.isFinite));
}

/** Lexicographic order. */
function compareLosses(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((loss, i) => loss !== b[i]);
  return i < 0 ? 0 : a[i] - b[i];
}

/** Whether one of the rows `from` to `end` of `known` (end, losses.length) dominates the losses. */
function isDominated(losses: readonly number[], known: Float64Array, from: number, end: number): boolean {
  const count = losses.length;
  for (let each = from; each < end; each++) {
    let worse = 0;
    let better = 0;
    for (let i = 0; i < count && worse === 0; i++) {
      const other = known[each * count + i];
      if (other > losses[i]) worse += 1;
      else if (other < losses[i]) better += 1;
    }
    if (worse === 0 && better > 0) return true;
  }
  return false;
}
