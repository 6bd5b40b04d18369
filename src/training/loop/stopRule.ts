import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { Monitor } from '../monitors.ts';

/**
 * What a search can look at after an epoch: of the best epoch so far, as the model would have it.
 */
export type WatchedMetric = Monitor | 'trainingLoss';

/**
 * Where a training pauses of itself, so that a search can look at it. What is watched is measured
 * in every epoch.
 */
export interface StopRule {
  readonly metric: WatchedMetric;
  readonly goal: 'minimize' | 'maximize';
  /** After this epoch, whatever has come of it; null: not of itself. */
  readonly until: number | null;
  /**
   * After those epochs where the metric of the best epoch so far is worse than `worst`, or is none;
   * the earliest first.
   */
  readonly limits: readonly { readonly epoch: number; readonly worst: number }[];
}

type Measured = Omit<NonNullable<Checkpoint['best']>, 'epoch'>;

/**
 * Whether the training pauses of itself behind epoch `done`, when `best` was measured in the best
 * epoch so far.
 */
export function stopsAfter(stopRule: StopRule, done: number, best: Measured): boolean {
  if (stopRule.until !== null && done >= stopRule.until) return true;
  const value = readMetric(best, stopRule.metric);
  return stopRule.limits.some(({ epoch, worst }) => epoch === done && isWorse(stopRule.goal, value, worst));
}

/**
 * A metric of an epoch by its name. What is no finite number is none: checkpoints know no other,
 * and a run that goes on from one halts as it would have.
 */
export function readMetric({ trainingLoss, validationLoss, metrics }: Measured, metric: string): number | null {
  const values: Readonly<Record<string, number | null>> = { ...metrics, trainingLoss, validationLoss };
  const value = values[metric] ?? null;
  return Number.isFinite(value) ? value : null;
}

function isWorse(goal: StopRule['goal'], value: number | null, worst: number): boolean {
  if (value === null) return true;
  return goal === 'minimize' ? value > worst : value < worst;
}
