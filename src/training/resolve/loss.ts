import type { LossName } from '../../engine/losses/losses.ts';
import type { Task } from '../task.ts';
import type { TrainingSettings } from '../trainingSchema.ts';
import type { Mistakes } from './mistakes.ts';
import { asNumber, type ColumnShape } from './shape.ts';

const LOSSES_OF: Readonly<Record<Task, readonly LossName[]>> = {
  binary: ['binaryCrossEntropy', 'crossEntropy'],
  multiclass: ['crossEntropy'],
  regression: ['mse', 'mae', 'huber', 'quantile', 'poisson'],
};

/** The loss of a training: the one given, if it suits the task and the target, or the task's own. */
export function resolveLoss(
  given: TrainingSettings['loss'] | undefined,
  task: Task,
  target: ColumnShape,
  mistakes: Mistakes,
): TrainingSettings['loss'] {
  if (given === undefined) return LOSSES_OF[task][0];
  const name = lossName(given);
  const suited = LOSSES_OF[task];
  if (!suited.includes(name)) {
    mistakes.add('/training/loss', `The loss '${name}' does not suit a ${task} target. Use ${suited.join(' or ')}.`);
  }
  const least = asNumber(target.min);
  if (name === 'poisson' && least !== undefined && least < 0) {
    mistakes.add('/training/loss', `The loss 'poisson' counts; '${target.name}' goes down to ${least}.`);
  }
  return given;
}

export function lossName(loss: TrainingSettings['loss']): LossName {
  return typeof loss === 'string' ? loss : loss.type;
}
