import { isAsGood, lossesOf, type Objective } from './objectives.ts';

interface Trial {
  /** One for each objective; null: the trial has none. */
  readonly objectives: readonly number[] | null;
}

/** The trials that no other is better than in one objective without being worse in another, in the order that they came in. Failed ones are none. */
export function paretoFront<Each extends Trial>(
  trials: readonly Each[],
  objectives: readonly Objective[],
): readonly Each[] {
  const all = trials
    .map((trial) => ({ trial, losses: lossesOf(objectives, trial.objectives) }))
    .filter(({ losses }) => losses.every(Number.isFinite));
  let front: typeof all = [];
  for (const each of all) {
    if (front.some((other) => isBetter(other.losses, each.losses))) continue;
    front = [...front.filter((other) => !isBetter(each.losses, other.losses)), each];
  }
  return front.map(({ trial }) => trial);
}

/** Whether a dominates b: as good in all, and not the same. */
function isBetter(a: readonly number[], b: readonly number[]): boolean {
  return isAsGood(a, b) && !isAsGood(b, a);
}
