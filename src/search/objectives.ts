/** A number of each trial, and the direction in which it is better. */
export interface Objective {
  readonly goal: 'minimize' | 'maximize';
}

/** Converts an objective to a loss, which is minimized, and back. */
export function signed({ goal }: Objective, value: number): number {
  // `0 - value`, because `-value` turns 0 into -0.
  return goal === 'minimize' ? value : 0 - value;
}

/** The losses, one per objective. Infinity for a missing or non-finite value. */
export function lossesOf(objectives: readonly Objective[], values: readonly number[] | null): readonly number[] {
  return objectives.map((objective, i) => {
    const value = values?.[i];
    return value === undefined || !Number.isFinite(value) ? Number.POSITIVE_INFINITY : signed(objective, value);
  });
}

/** Whether no loss of `a` is worse than that of `b`. True for equal losses. */
export function weaklyDominates(a: readonly number[], b: readonly number[]): boolean {
  // A plain loop for speed: thousands of trials on a front are compared with every trial.
  for (let i = 0; i < a.length; i++) if (a[i] > b[i]) return false;
  return true;
}
