import { type Objective, signed } from './objectives.ts';
import type { Observation } from './pruners/pruner.ts';

/** What is known of the first objective at the best epoch so far, on the way. */
export interface LearningCurve {
  /** Whether the trial never goes on. */
  readonly over: boolean;
  /** After each epoch from the first on; only median pruning asks for it. */
  readonly course?: readonly (number | null)[];
  /** Of a trial that somebody else runs: after the epochs at which the pruner looks, as far as it has come. */
  readonly looks?: readonly { readonly epoch: number; readonly value: number | null }[];
}

/** The same as what is minimized, as pruners ask for it. `loss`: what the trial has come to. */
export function lossByEpoch(
  objective: Objective,
  { over, course, looks }: LearningCurve,
  loss: number,
): Observation['lossAt'] {
  const reported = looks && new Map(looks.map(({ epoch, value }) => [epoch, value]));
  const valueAt = (epoch: number) => (reported ? reported.get(epoch) : course?.[epoch - 1]);
  return (epoch) => {
    const value = valueAt(epoch);
    if (value === undefined) return over ? loss : null;
    return value === null ? null : signed(objective, value);
  };
}
