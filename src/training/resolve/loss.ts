import { LOSS_NAMES, LOSSES, type LossName } from '../../engine/losses/losses.ts';
import type { Task } from '../schemas/task.ts';
import { lossOptionsSchema, type TrainingSettings } from '../schemas/training.ts';
import type { Issues } from './issues.ts';
import { asNumber, type ColumnShape } from './shape.ts';

const DEFAULT_LOSS: Readonly<Record<Task, LossName>> = {
  binary: 'binaryCrossEntropy',
  multiclass: 'crossEntropy',
  regression: 'mse',
};

/**
 * The loss of a training: the requested one, or the task's own. Reports one that does not suit task
 * or target.
 */
export function resolveLoss(
  requested: TrainingSettings['loss'] | undefined,
  task: Task,
  target: ColumnShape,
  issues: Issues,
): TrainingSettings['loss'] {
  if (requested === undefined) return DEFAULT_LOSS[task];
  const name = lossName(requested);
  const { tasks, minTarget } = LOSSES[name];
  if (!tasks.includes(task)) {
    const suitable = LOSS_NAMES.filter((loss) => LOSSES[loss].tasks.includes(task));
    issues.add('/training/loss', `The loss '${name}' does not suit a ${task} target. Use ${suitable.join(' or ')}.`);
  }
  const min = asNumber(target.min);
  if (minTarget !== null && min !== undefined && min < minTarget) {
    issues.add('/training/loss', targetBelowMin(name, minTarget, target.name, min));
  }
  return typeof requested === 'string' ? withOptions(requested) : requested;
}

/** The message for a target with a value that the loss does not allow. */
export function targetBelowMin(loss: LossName, minTarget: number, target: string, min: number): string {
  return `The loss '${loss}' needs target values of at least ${minTarget}; the smallest of '${target}' is ${min}. Choose another loss.`;
}

/** The name alone where the loss has no option, else the name with the defaults of its options. */
function withOptions(name: LossName): TrainingSettings['loss'] {
  const options = lossOptionsSchema.parse({ type: name });
  return Object.keys(options).length > 1 ? options : name;
}

/** The name of a loss that is requested by its name or with options. */
export function lossName(loss: TrainingSettings['loss']): LossName {
  return typeof loss === 'string' ? loss : loss.type;
}
