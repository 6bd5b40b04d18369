import type { LossName } from '../../engine/losses/losses.ts';
import type { Task } from '../schemas/task.ts';
import { lossOptionsSchema, type TrainingSettings } from '../schemas/training.ts';
import type { Issues } from './issues.ts';
import { asNumber, type ColumnShape } from './shape.ts';

/** The tasks that each loss suits. */
const TASKS_OF: Readonly<Record<LossName, readonly Task[]>> = {
  binaryCrossEntropy: ['binary'],
  crossEntropy: ['binary', 'multiclass'],
  mse: ['regression'],
  mae: ['regression'],
  huber: ['regression'],
  quantile: ['regression'],
  poisson: ['regression'],
};
const DEFAULT_LOSS: Readonly<Record<Task, LossName>> = {
  binary: 'binaryCrossEntropy',
  multiclass: 'crossEntropy',
  regression: 'mse',
};

/** The loss of a training: the one given, if it suits the task and the target, or the task's own. */
export function resolveLoss(
  requested: TrainingSettings['loss'] | undefined,
  task: Task,
  target: ColumnShape,
  issues: Issues,
): TrainingSettings['loss'] {
  if (requested === undefined) return DEFAULT_LOSS[task];
  const name = lossName(requested);
  if (!TASKS_OF[name].includes(task)) {
    const suitable = Object.entries(TASKS_OF).flatMap(([loss, tasks]) => (tasks.includes(task) ? [loss] : []));
    issues.add('/training/loss', `The loss '${name}' does not suit a ${task} target. Use ${suitable.join(' or ')}.`);
  }
  const min = asNumber(target.min);
  if (name === 'poisson' && min !== undefined && min < 0) {
    issues.add('/training/loss', `The loss 'poisson' counts; '${target.name}' goes down to ${min}.`);
  }
  return typeof requested === 'string' ? withOptions(requested) : requested;
}

/** The name alone where the loss has no option; else its defaults beside it. */
function withOptions(name: LossName): TrainingSettings['loss'] {
  const options = lossOptionsSchema.parse({ type: name });
  return Object.keys(options).length > 1 ? options : name;
}

/** The name of a loss that is given by its name or with options. */
export function lossName(loss: TrainingSettings['loss']): LossName {
  return typeof loss === 'string' ? loss : loss.type;
}
