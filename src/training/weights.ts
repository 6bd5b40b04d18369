import { asNumbers } from '../features/casts.ts';
import { encodeTarget } from '../features/target.ts';
import type { Warning } from '../features/warnings.ts';
import { ServiceError } from '../kit/errors.ts';
import { findColumn, type Table } from '../kit/table.ts';
import type { Prepared } from './prepare.ts';
import type { TrainingSettings } from './trainingSchema.ts';

export interface RowWeights {
  /** Of every row of the table; null: each weighs 1. */
  readonly weights: Float64Array | null;
  /** Whether the row has a weight above 0. */
  readonly weighted: (row: number) => boolean;
  readonly warnings: readonly Warning[];
}

/** The weights that a column gives; rows without one, or of weight 0, are left out. Throws `invalid_spec` on a negative one. */
export function readWeights(table: Table, name: string | null): RowWeights {
  const column = name === null ? undefined : findColumn(table, name);
  if (column === undefined) return { weights: null, weighted: () => true, warnings: [] };
  const weights = asNumbers(column);
  if (weights.some((weight) => weight < 0)) {
    const message = `Weights are not negative; '${column.name}' has some that are.`;
    throw new ServiceError('invalid_spec', message, [{ path: '/weightColumn', message }]);
  }
  const missing = weights.filter(Number.isNaN).length;
  const message = `${missing} rows have no weight in '${column.name}' and are left out.`;
  return {
    weights,
    weighted: (row) => weights[row] > 0,
    warnings: missing > 0 ? [{ code: 'missing_weights', column: column.name, message }] : [],
  };
}

/**
 * The weight of each class of the target; null: each weighs 1. `balanced`: the rows of each class weigh the same together, and all rows
 * as much as without weights. Throws `invalid_spec` for a class that the target does not have.
 */
export function resolveClassWeights(
  classWeights: TrainingSettings['classWeights'],
  { target, targetColumn, parts }: Pick<Prepared, 'target' | 'targetColumn' | 'parts'>,
): readonly number[] | null {
  if (classWeights === null || target.kind !== 'classes') return null;
  const { classes } = target;
  if (classWeights !== 'balanced') {
    checkLabels(Object.keys(classWeights), classes);
    return classes.map((label) => (Object.hasOwn(classWeights, label) ? classWeights[label] : 1));
  }
  const codes = encodeTarget(target, targetColumn, parts.training);
  const counts = classes.map((_label, index) => codes.filter((code) => code === index).length);
  return counts.map((count) => (count > 0 ? codes.length / (classes.length * count) : 1));
}

function checkLabels(labels: readonly string[], classes: readonly string[]): void {
  const errors = labels
    .filter((label) => !classes.includes(label))
    .map((label) => ({ path: '/training/classWeights', message: `The target has no class '${label}'.` }));
  if (errors.length > 0)
    throw new ServiceError('invalid_spec', 'classWeights name classes that are not there.', errors);
}
