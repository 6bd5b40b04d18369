import { type EnsembleJobRequest, MAX_SELECTED } from '../../schemas/ensemble.ts';
import type { TrainingSpec } from '../../schemas/spec.ts';
import { collectIssues, type Issues } from '../issues.ts';
import type { DatasetShape } from '../shape.ts';

/**
 * With fewer training rows, one part of them cannot both train and select well: folds lower the
 * error by 3 to 4 %.
 */
const FEW_TRAINING_ROWS = 5000;
const DEFAULT_FOLDS = 5;
/** A selection starts from so many snapshots. */
const MIN_SNAPSHOTS = 3;

export interface FoldsContext {
  readonly base: TrainingSpec;
  readonly dataset: DatasetShape;
  /** Rows with a target. */
  readonly rows: number;
}

/** The folds of an ensemble, which an effort of `best` has by default on few rows. */
export function resolveFolds(
  { ensemble, effort }: EnsembleJobRequest,
  context: FoldsContext,
  issues: Issues,
): number | null {
  const { folds, maxSelected } = ensemble ?? {};
  if (folds === null) return null;
  if (folds !== undefined) {
    checkFolds(folds, maxSelected ?? folds, context, issues);
    return folds;
  }
  return effort === 'best' && suitsFolds(maxSelected ?? MAX_SELECTED, context) ? DEFAULT_FOLDS : null;
}

/** A column that names the validation rows is not changed by default. */
function suitsFolds(maxSelected: number, context: FoldsContext): boolean {
  const { split } = context.base;
  if (split.method === 'column' || maxSelected < MIN_SNAPSHOTS * DEFAULT_FOLDS) return false;
  if (context.rows * (1 - split.validation - split.test) >= FEW_TRAINING_ROWS) return false;
  const issues = collectIssues();
  checkFolds(DEFAULT_FOLDS, maxSelected, context, issues);
  return issues.errors.length === 0;
}

function checkFolds(
  folds: number,
  maxSelected: number,
  { base: { split }, dataset, rows }: FoldsContext,
  issues: Issues,
): void {
  if (maxSelected < folds)
    issues.add(
      '/ensemble/maxSelected',
      `Expected at least the ${folds} folds, got ${maxSelected}: a selected snapshot is a network of each fold.`,
    );
  if (split.method === 'ordered')
    issues.add(
      '/ensemble/folds',
      'An ordered split has no folds, because networks would be validated on earlier rows than those they were trained on. Leave out `folds`, or use another `split`, such as {"method": "random"}.',
    );
  if (rows < 2 * folds)
    issues.add(
      '/ensemble/folds',
      `Expected at least ${2 * folds} rows for ${folds} folds, got ${rows}. Use fewer folds.`,
    );
  const groups = split.method === 'group' ? countGroups(dataset, split.column) : folds;
  if (groups < folds)
    issues.add(
      '/ensemble/folds',
      `Expected at least ${folds} groups for ${folds} folds, got ${groups}. Use fewer folds.`,
    );
}

/** Rows without a group are one. */
function countGroups({ columns }: DatasetShape, name: string): number {
  const column = columns.find((candidate) => candidate.name === name);
  return column === undefined ? 0 : column.distinct + (column.missing > 0 ? 1 : 0);
}
