import { ServiceError } from '../kit/contract/errors.ts';
import type { Prepared } from './prepare.ts';
import { unknownClasses } from './resolve/classNames.ts';
import type { TrainingSettings } from './schemas/training.ts';

/**
 * The weight of each class of the target; null: each has weight 1. `balanced`: the rows of each
 * class have the same total weight, and all rows have the same as without weights. Throws
 * `invalid_spec` for a class that the target does not have.
 */
export function resolveClassWeights(
  classWeights: TrainingSettings['classWeights'],
  { target, T, rows }: Pick<Prepared, 'target' | 'T' | 'rows'>,
): readonly number[] | null {
  if (classWeights === null || target.kind !== 'classes') return null;
  const { classes } = target;
  if (classWeights !== 'balanced') {
    checkLabels(Object.keys(classWeights), classes);
    return classes.map((label) => (Object.hasOwn(classWeights, label) ? classWeights[label] : 1));
  }
  const counts = classes.map(() => 0);
  for (const code of T.subarray(0, rows.training)) counts[code] += 1;
  return counts.map((count) => (count > 0 ? rows.training / (classes.length * count) : 1));
}

function checkLabels(labels: readonly string[], classes: readonly string[]): void {
  const errors = unknownClasses(labels, classes);
  if (errors.length > 0) throw new ServiceError('invalid_spec', 'classWeights has unknown classes.', errors);
}
