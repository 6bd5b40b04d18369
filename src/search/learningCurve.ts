import { type Objective, signed } from './objectives.ts';
import type { Observation } from './pruners/pruner.ts';

/** The first objective during a segment, at the best epoch so far. */
export interface LearningCurve {
  /** Whether the trial cannot resume. */
  readonly over: boolean;
  /** After each epoch, from epoch 1. Only median pruning needs it. */
  readonly perEpoch?: readonly (number | null)[];
  /** Of an external trial: at the milestones of the pruner that the trial has reached. */
  readonly milestones?: readonly { readonly epoch: number; readonly value: number | null }[];
}

/** The curve as losses, for the pruners. `loss`: the result of the segment. */
export function lossByEpoch(
  objective: Objective,
  { over, perEpoch, milestones }: LearningCurve,
  loss: number,
): Observation['lossAt'] {
  const reported = milestones && new Map(milestones.map(({ epoch, value }) => [epoch, value]));
  const valueAt = (epoch: number) => (reported ? reported.get(epoch) : perEpoch?.[epoch - 1]);
  return (epoch) => {
    const value = valueAt(epoch);
    if (value === undefined) return over ? loss : null;
    return value === null ? null : signed(objective, value);
  };
}
