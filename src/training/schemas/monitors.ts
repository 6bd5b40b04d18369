import type { Task } from './task.ts';

/**
 * Metrics that can select the best epoch: whether higher is better, and the tasks that they apply
 * to.
 */
const TRAITS = {
  validationLoss: { better: 'lower', measures: 'any' },
  accuracy: { better: 'higher', measures: 'classes' },
  precision: { better: 'higher', measures: 'classes' },
  recall: { better: 'higher', measures: 'classes' },
  f1: { better: 'higher', measures: 'classes' },
  rocAuc: { better: 'higher', measures: 'classes' },
  rmse: { better: 'lower', measures: 'numbers' },
  mae: { better: 'lower', measures: 'numbers' },
  r2: { better: 'higher', measures: 'numbers' },
} as const;

export type Monitor = keyof typeof TRAITS;

/**
 * A metric that a search can observe after an epoch: that of the best epoch so far, which the model
 * would have.
 */
export type WatchedMetric = Monitor | 'trainingLoss';

// Object.keys loses the literal type of the keys of a constant table.
export const MONITORS = Object.keys(TRAITS) as Monitor[];

/** The value as a cost: lower is better. */
export function costOf(monitor: Monitor, value: number): number {
  return TRAITS[monitor].better === 'lower' ? value : -value;
}

/** Whether a training for the task measures it. */
export function measures(task: Task, monitor: Monitor): boolean {
  const { measures: what } = TRAITS[monitor];
  return what === 'any' || what === (task === 'regression' ? 'numbers' : 'classes');
}
