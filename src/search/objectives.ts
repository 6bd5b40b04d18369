/** What a search is for: a number of each trial, and which way it is better. */
export interface Objective {
  readonly goal: 'minimize' | 'maximize';
}

/** The objective as what is minimized, and back. */
export function signed({ goal }: Objective, value: number): number {
  // 0 - value and not -value, so that nought stays what it is.
  return goal === 'minimize' ? value : 0 - value;
}

/** What is minimized, one number for each objective; Infinity for what a trial has not, or not as a finite number. */
export function lossesOf(objectives: readonly Objective[], values: readonly number[] | null): readonly number[] {
  return objectives.map((objective, i) => {
    const value = values?.[i];
    return value === undefined || !Number.isFinite(value) ? Number.POSITIVE_INFINITY : signed(objective, value);
  });
}

/** Whether the first losses are nowhere worse than the others: equal ones too. */
export function weaklyDominates(a: readonly number[], b: readonly number[]): boolean {
  // No closure: a front of thousands is compared with every trial.
  for (let i = 0; i < a.length; i++) if (a[i] > b[i]) return false;
  return true;
}
