import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { WatchedMetric } from '../schemas/monitors.ts';

/**
 * Where a training pauses automatically, so that a search can evaluate it. Watched metrics are
 * measured in every epoch.
 */
export interface StopRule {
  readonly metric: WatchedMetric;
  readonly goal: 'minimize' | 'maximize';
  /** After this epoch, whatever its result; null: no such epoch. */
  readonly until: number | null;
  /**
   * After those epochs if the metric of the best epoch so far is worse than `worst`, or missing;
   * the earliest first.
   */
  readonly limits: readonly { readonly epoch: number; readonly worst: number }[];
}

type Measured = Omit<NonNullable<Checkpoint['best']>, 'epoch'>;

/**
 * Whether the training pauses after epoch `done`, given the measures `best` of the best epoch so
 * far.
 */
export function stopsAfter(stopRule: StopRule, done: number, best: Measured): boolean {
  if (stopRule.until !== null && done >= stopRule.until) return true;
  const value = readMetric(best, stopRule.metric);
  return stopRule.limits.some(({ epoch, worst }) => epoch === done && isWorse(stopRule.goal, value, worst));
}

/**
 * A metric of an epoch by its name. Non-finite values count as missing, because checkpoints store
 * them as null; a resumed run must stop at the same epoch.
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
