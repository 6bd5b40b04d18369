import { type FittedFeatures, fitFeatures } from '../features/features.ts';
import { findLeaks } from '../features/leaks.ts';
import {
  encodeTarget,
  type FittedTarget,
  fitClasses,
  fitNumber,
  rowsWithTarget,
  unscaledNumber,
} from '../features/target.ts';
import { type Column, findColumn, type Table } from '../kit/table.ts';
import type { Warning } from '../kit/warning.ts';
import { invalidSpec } from './invalidSpec.ts';
import { lossName } from './resolve/loss.ts';
import { reservedColumns } from './resolve/resolve.ts';
import { readWeights } from './rowWeights.ts';
import type { TrainingSpec } from './schemas/spec.ts';
import type { Parts } from './split/parts.ts';
import { splitRows } from './split/split.ts';

/** A table that is ready to train on: parted, and all that is fitted fitted to the training rows. */
export interface Prepared {
  readonly table: Table;
  readonly parts: Parts;
  readonly features: FittedFeatures;
  readonly target: FittedTarget;
  readonly targetColumn: Column;
  /** A weight for every row of the table; null: each weighs 1. */
  readonly weights: Float64Array | null;
  readonly warnings: readonly Warning[];
}

/** Parts the rows and fits features and target. Throws `invalid_spec` for what only the data can tell. */
export function prepare(table: Table, spec: TrainingSpec): Prepared {
  const targetColumn = findColumn(table, spec.target);
  if (targetColumn === undefined) throw invalidSpec('/target', `The dataset has no column '${spec.target}'.`);
  const kind = spec.task === 'regression' ? 'number' : 'classes';
  const { weights, weighted, warnings: weightWarnings } = readWeights(table, spec.weightColumn);
  const known = rowsWithTarget(targetColumn, kind);
  const rows = known.filter(weighted);
  if (rows.length < 2)
    throw invalidSpec('/target', `'${spec.target}' is there in ${rows.length} rows; training needs two.`);

  const classes = kind === 'classes' ? fitClasses(targetColumn, rows) : null;
  if (classes) checkClasses(classes.classes.length, spec);
  const classOfRow = classes && encodeTarget(classes, targetColumn, rows);
  const { parts, warnings: splitWarnings } = splitRows(table, { rows, classes: classOfRow }, spec.split);
  const target = classes ?? fitRegression(targetColumn, parts.training, spec);

  const reserved = reservedColumns(spec);
  const { features, warnings: featureWarnings } = fitFeatures(table, parts.training, spec.features, reserved);
  if (features.columns.length === 0)
    throw invalidSpec('/features', 'No column is left to learn from: all are constant or left out.');
  const used = table.columns.filter(({ name }) => features.columns.some(({ column }) => column === name));
  return {
    table,
    parts,
    features,
    target,
    targetColumn,
    weights,
    warnings: [
      ...missingTargets(table.rows, known.length, spec.target),
      ...weightWarnings,
      ...splitWarnings,
      ...featureWarnings,
      ...findLeaks(used, targetColumn, parts.training, kind),
    ],
  };
}

function checkClasses(classes: number, { target, task }: TrainingSpec): void {
  if (classes < 2) throw invalidSpec('/target', `'${target}' has one value in the rows to train on.`);
  if (task === 'binary' && classes > 2)
    throw invalidSpec('/task', `A binary target has two values; '${target}' has ${classes}.`);
}

/** Counts are learned by their logarithm, which the loss takes; all other numbers standardised. */
function fitRegression(column: Column, rows: Int32Array, { training }: TrainingSpec): FittedTarget {
  if (lossName(training.loss) !== 'poisson') return fitNumber(column, rows);
  const target = unscaledNumber(column);
  if (encodeTarget(target, column, rows).every((count) => count >= 0)) return target;
  throw invalidSpec('/training/loss', `The loss 'poisson' counts; '${column.name}' has negative values.`);
}

function missingTargets(all: number, present: number, target: string): Warning[] {
  if (all === present) return [];
  const message = `${all - present} of ${all} rows have no target and are left out.`;
  return [{ code: 'missing_targets', column: target, message }];
}
