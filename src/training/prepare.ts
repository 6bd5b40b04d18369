import { LOSSES, type LossName } from '../engine/losses/losses.ts';
import { type FittedFeatures, fitFeatures } from '../features/features.ts';
import { findLeaks } from '../features/leaks/leaks.ts';
import {
  encodeTarget,
  type FittedTarget,
  fitClasses,
  fitNumber,
  rowsWithTarget,
  unscaledNumber,
} from '../features/target.ts';
import { layoutOf, transform } from '../features/transform.ts';
import { type Column, findColumn, type Table } from '../formats/table.ts';
import type { Warning } from '../kit/warning.ts';
import { lossName, targetBelowMin } from './resolve/loss.ts';
import { reservedColumns } from './resolve/resolve.ts';
import { readWeights } from './rowWeights.ts';
import { invalidSpec } from './schemas/invalidSpec.ts';
import type { TrainingSpec } from './schemas/spec.ts';
import { type PackedSplit, packSplit } from './split/packed.ts';
import { splitRows } from './split/split.ts';
import { concat, type SplitName } from './split/splits.ts';

/** What was fitted to a table's training rows, and how many rows each part has. */
interface FittedTable {
  readonly features: FittedFeatures;
  readonly target: FittedTarget;
  readonly rows: Readonly<Record<SplitName, number>>;
  /** Which rows of the table they are. */
  readonly split: PackedSplit;
  readonly warnings: readonly Warning[];
}

/**
 * All that a training needs of a table: parted, fitted and made into numbers; the training rows first, then those of validation and test. Whoever
 * gets it only reads it, so that many trainings can share it.
 */
export interface Prepared extends FittedTable {
  /** The inputs (dense, m) and codes (columns, m), one row's together. */
  readonly X: Float32Array;
  readonly codes: Int32Array;
  /** The target of each row as the network learns it. */
  readonly T: Float64Array;
  /** The number of each row's class, or its value in the target's own unit. */
  readonly actual: Float64Array;
  /** Null: each row weighs 1. */
  readonly weights: Float64Array | null;
}

/** Names all that `prepare` makes of a file's columns: trainings of the same name can share it. */
export function preparationKey(file: string, columns: readonly string[], spec: TrainingSpec): string {
  const { target, task, weightColumn, features, split, training } = spec;
  const { minTarget, link } = LOSSES[lossName(training.loss)];
  const { standardizesTarget } = link;
  return JSON.stringify({
    ...{ file, columns, target, task, weightColumn, features, split },
    ...{ minTarget, standardizesTarget },
  });
}

/** Memory of so many bytes: of this thread, or shared with others. */
export type Allocate = (bytes: number) => ArrayBufferLike;

/** Rows made into inputs at once, so that the matrix is never there twice. */
const CHUNK_ROWS = 4096;

/** Parts the rows, fits features and target and makes numbers of them. Throws `invalid_spec` for what only the data can tell. */
export function prepare(table: Table, spec: TrainingSpec, allocate: Allocate = ownMemory): Prepared {
  const { splits, targetColumn, weights, features, target, warnings } = fitTable(table, spec);
  const { training, validation, test } = splits;
  const order = concat([training, validation, test]);
  const numbers = (values: Float64Array) => {
    const copy = new Float64Array(allocate(values.byteLength));
    copy.set(values);
    return copy;
  };
  const T = numbers(encodeTarget(target, targetColumn, order));
  // A class is learned by its number.
  const actual =
    target.kind === 'classes' ? T : numbers(encodeTarget(unscaledNumber(targetColumn), targetColumn, order));
  return {
    features,
    target,
    warnings,
    rows: { training: training.length, validation: validation.length, test: test.length },
    split: packSplit(splits, table.rows),
    ...makeInputs(features, table, order, allocate),
    T,
    actual,
    weights: weights && numbers(Float64Array.from(order, (row) => weights[row])),
  };
}

function ownMemory(bytes: number): ArrayBuffer {
  return new ArrayBuffer(bytes);
}

function makeInputs(features: FittedFeatures, table: Table, order: Int32Array, allocate: Allocate) {
  const { inputs, oneHot } = layoutOf(features);
  const dense = inputs - oneHot.reduce((sum, column) => sum + column.inputs, 0);
  const X = new Float32Array(allocate(order.length * dense * Float32Array.BYTES_PER_ELEMENT));
  const codes = new Int32Array(allocate(order.length * oneHot.length * Int32Array.BYTES_PER_ELEMENT));
  for (let start = 0; start < order.length; start += CHUNK_ROWS) {
    const chunk = transform(features, table, order.subarray(start, start + CHUNK_ROWS));
    X.set(chunk.X, start * dense);
    codes.set(chunk.codes, start * oneHot.length);
  }
  return { X, codes };
}

/** Parts the rows of the table and fits features and target; weights are of every row, null: each weighs 1. Throws as `prepare` does. */
export function fitTable(table: Table, spec: TrainingSpec) {
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
  const { splits, warnings: splitWarnings } = splitRows(table, { rows, classes: classOfRow }, spec.split);
  const target = classes ?? fitRegression(targetColumn, splits.training, spec);

  const reserved = reservedColumns(spec);
  const { features, warnings: featureWarnings } = fitFeatures(table, splits.training, spec.features, reserved);
  if (features.columns.length === 0)
    throw invalidSpec('/features', 'No column is left to learn from: all are constant or left out.');
  const used = table.columns.filter(({ name }) => features.columns.some(({ column }) => column === name));
  return {
    splits,
    features,
    target,
    targetColumn,
    weights,
    warnings: [
      ...missingTargets(table.rows, known.length, spec.target),
      ...weightWarnings,
      ...splitWarnings,
      ...featureWarnings,
      ...findLeaks(used, targetColumn, splits.training, kind),
    ],
  };
}

function checkClasses(classes: number, { target, task }: TrainingSpec): void {
  if (classes < 2) throw invalidSpec('/target', `'${target}' has one value in the rows to train on.`);
  if (task === 'binary' && classes > 2)
    throw invalidSpec('/task', `A binary target has two values; '${target}' has ${classes}.`);
}

/**
 * Standardizes the target, unless the link of the loss needs its own unit. Throws for values that the
 * loss does not allow.
 */
function fitRegression(column: Column, rows: Int32Array, { training }: TrainingSpec): FittedTarget {
  const loss = lossName(training.loss);
  const { link, minTarget } = LOSSES[loss];
  if (minTarget !== null) checkMinTarget(loss, minTarget, column, rows);
  return link.standardizesTarget ? fitNumber(column, rows) : unscaledNumber(column);
}

function checkMinTarget(loss: LossName, minTarget: number, column: Column, rows: Int32Array): void {
  const min = encodeTarget(unscaledNumber(column), column, rows).reduce((a, b) => Math.min(a, b), Infinity);
  if (min < minTarget) throw invalidSpec('/training/loss', targetBelowMin(loss, minTarget, column.name, min));
}

function missingTargets(all: number, present: number, target: string): Warning[] {
  if (all === present) return [];
  const message = `${all - present} of ${all} rows have no target and are left out.`;
  return [{ code: 'missing_targets', column: target, message }];
}
