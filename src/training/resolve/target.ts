import type { Warning } from '../../kit/warning.ts';
import { MAX_CLASSES, type Task } from '../schemas/task.ts';
import type { Issues } from './issues.ts';
import { asNumber, type ColumnShape } from './shape.ts';

/** Whole numbers from 0 or 1 on, without a gap, are taken for classes up to this many. */
const MAX_NUMBERED_CLASSES = 30;

/**
 * What the target asks for. Words and truth values are classes; numbers are a regression unless
 * there are only two of them, or they count classes: 0, 1, 2 … without a gap.
 */
export function inferTask(target: ColumnShape): Task {
  if (target.distinct <= 2) return 'binary';
  return target.type !== 'numeric' || isClassNumbers(target) ? 'multiclass' : 'regression';
}

/** Said when numbers were taken for classes, which a person may see otherwise. */
export function inferenceWarnings(target: ColumnShape, task: Task): Warning[] {
  if (target.type !== 'numeric' || task !== 'multiclass') return [];
  return [
    {
      code: 'task_inferred',
      column: target.name,
      message: `The ${target.distinct} whole numbers of '${target.name}' are taken for classes. Say "task": "regression" to predict them as numbers.`,
    },
  ];
}

/** Whether the target can be what the task wants. */
export function checkTarget(target: ColumnShape, task: Task, rows: number, issues: Issues): void {
  const { name, type, distinct, missing } = target;
  if (distinct < 2)
    issues.add('/target', `The target '${name}' needs at least two different values, it has ${distinct}.`);
  else if (rows - missing < 2)
    issues.add('/target', `The target '${name}' is there in ${rows - missing} rows; training needs two.`);
  else if (task === 'regression') checkNumbers(target, issues);
  else checkClasses(target, task, issues);
  if (type === 'datetime')
    issues.add('/target', `The target '${name}' is a time; numbers and classes can be predicted.`);
}

function checkNumbers({ name, type }: ColumnShape, issues: Issues): void {
  if (type === 'numeric' || type === 'datetime') return;
  issues.add('/task', `A regression needs a target of numbers; '${name}' is ${type}.`);
}

function checkClasses({ name, distinct }: ColumnShape, task: Task, issues: Issues): void {
  if (task === 'binary' && distinct > 2) {
    issues.add('/task', `A binary target has two values; '${name}' has ${distinct}. Use multiclass.`);
  }
  if (distinct > MAX_CLASSES) {
    issues.add('/target', `'${name}' has ${distinct} different values; at most ${MAX_CLASSES} can be classes.`);
  }
}

function isClassNumbers({ distinct, min, max }: ColumnShape): boolean {
  const [minimum, maximum] = [asNumber(min), asNumber(max)];
  if (minimum === undefined || maximum === undefined) return false;
  return (minimum === 0 || minimum === 1) && maximum - minimum + 1 === distinct && distinct <= MAX_NUMBERED_CLASSES;
}
