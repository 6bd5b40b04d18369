import { isNumber } from '../../features/columns/conversions.ts';
import { nameSome } from '../../kit/nameSome.ts';
import type { Warning } from '../../kit/warning.ts';
import { MAX_CLASSES, type Task } from '../schemas/task.ts';
import type { Issues } from './issues.ts';
import { asNumber, type ColumnShape, hasNumbers } from './shape.ts';

/** Consecutive whole numbers from 0 or 1 are inferred to be classes up to this many. */
const MAX_NUMBERED_CLASSES = 30;

/**
 * The task of the target. Texts and booleans are classes; numbers are a regression, unless there
 * are only two of them, or they are class numbers: 0, 1, 2 … without a gap, and not each in one
 * row.
 */
export function inferTask(target: ColumnShape, rows: number): Task {
  if (target.distinct <= 2) return 'binary';
  return !hasNumbers(target) || isClassNumbers(target, rows) ? 'multiclass' : 'regression';
}

/** A warning if numbers were inferred to be classes, which may be wrong. */
export function inferenceWarnings(target: ColumnShape, task: Task): Warning[] {
  if (!hasNumbers(target) || task !== 'multiclass') return [];
  return [
    {
      code: 'task_inferred',
      column: target.name,
      message: `The ${target.distinct} whole numbers of '${target.name}' are treated as classes. Use "task": "regression" to predict them as numbers.`,
    },
  ];
}

/** Whether the target is valid for the task. */
export function checkTarget(target: ColumnShape, task: Task, rows: number, issues: Issues): void {
  const { name, type, distinct, missing } = target;
  if (distinct < 2) issues.add('/target', `The target '${name}' needs at least two different values, got ${distinct}.`);
  else if (rows - missing < 2)
    issues.add('/target', `The target '${name}' has a value in ${rows - missing} rows; training needs at least 2.`);
  else if (task === 'regression') checkNumbers(target, issues);
  else checkClasses(target, task, issues);
  if (type === 'datetime')
    issues.add('/target', `The target '${name}' contains times. Only numbers and classes can be predicted.`);
}

/**
 * Words are numbers to predict if at least one of the most frequent is: the run skips the others.
 */
function checkNumbers(target: ColumnShape, issues: Issues): void {
  const { name, type, top = [] } = target;
  if (hasNumbers(target) || type === 'datetime' || top.some(({ value }) => isNumber(value))) return;
  const values = top.length > 0 ? ` with values such as ${nameSome(top.map(({ value }) => value))}` : '';
  issues.add('/task', `A regression needs a numeric target; '${name}' is ${type}${values}. Use multiclass.`);
}

function checkClasses(target: ColumnShape, task: Task, issues: Issues): void {
  const { name, distinct, top = [] } = target;
  if (task === 'binary' && distinct > 2) {
    issues.add('/task', `A binary target needs two values; '${name}' has ${distinct}. Use multiclass.`);
  }
  if (distinct > MAX_CLASSES) {
    const message = `'${name}' has ${distinct} different values; the limit is ${MAX_CLASSES} classes.`;
    const isNumeric = hasNumbers(target) || top.some(({ value }) => isNumber(value));
    issues.add('/target', isNumeric ? `${message} Use "task": "regression" to predict numbers.` : message);
  }
}

function isClassNumbers({ distinct, missing, min, max }: ColumnShape, rows: number): boolean {
  if (distinct === rows - missing) return false;
  const [minimum, maximum] = [asNumber(min), asNumber(max)];
  if (minimum === undefined || maximum === undefined) return false;
  return (minimum === 0 || minimum === 1) && maximum - minimum + 1 === distinct && distinct <= MAX_NUMBERED_CLASSES;
}
