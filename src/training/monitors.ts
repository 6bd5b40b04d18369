import type { Task } from './task.ts';

/** What can choose the best epoch, and which way is better. */
export const BETTER = {
  validationLoss: 'lower',
  accuracy: 'higher',
  precision: 'higher',
  recall: 'higher',
  f1: 'higher',
  rocAuc: 'higher',
  rmse: 'lower',
  mae: 'lower',
  r2: 'higher',
} as const;

export type Monitor = keyof typeof BETTER;

// Object.keys forgets that the keys of a constant table are known.
export const MONITORS = Object.keys(BETTER) as Monitor[];

const OF_CLASSES: readonly Monitor[] = ['accuracy', 'precision', 'recall', 'f1', 'rocAuc'];
const OF_NUMBERS: readonly Monitor[] = ['rmse', 'mae', 'r2'];

/** Whether a task measures it; the validation loss is everybody's. */
export function measures(task: Task, monitor: Monitor): boolean {
  return !(task === 'regression' ? OF_CLASSES : OF_NUMBERS).includes(monitor);
}
