import { LOSSES, type LossName } from '../engine/losses/losses.ts';
import { describeUnreadable, findUnreadable } from '../features/casts.ts';
import { type FittedFeatures, fitFeatures } from '../features/features.ts';
import { findLeaks } from '../features/leaks/leaks.ts';
import type { FeaturesOptions } from '../features/schemas.ts';
import {
  encodeTarget,
  type FittedTarget,
  fitClasses,
  fitNumber,
  rowsWithTarget,
  unscaledNumber,
} from '../features/target.ts';
import { denseWidth, layoutOf, transformer } from '../features/transform.ts';
import { type Column, findColumn, type Table } from '../formats/table.ts';
import { pointer } from '../kit/contract/errors.ts';
import type { Warning } from '../kit/warning.ts';
import { lossName, targetBelowMin } from './resolve/loss.ts';
import { reservedColumns } from './resolve/resolve.ts';
import { readWeights } from './rowWeights.ts';
import { invalidSpec } from './schemas/invalidSpec.ts';
import type { TrainingSpec } from './schemas/spec.ts';
import { type PackedSplit, packSplit } from './split/packed.ts';
import { splitRows } from './split/split.ts';
import { concat, type SplitName, type Splits } from './split/splits.ts';
import { missingTargets, targetWarnings } from './targetWarnings.ts';

/** The features and the target as fitted to the training rows, and the split. */
interface FittedTable {
  readonly features: FittedFeatures;
  readonly target: FittedTarget;
  readonly rows: Readonly<Record<SplitName, number>>;
  /** The rows of the table in each part. */
  readonly split: PackedSplit;
  readonly warnings: readonly Warning[];
}

/**
 * The rows of a table as a training needs them, as numbers: the training rows first, then the
 * validation and the test rows. Readers never change it, so many trainings can share it.
 */
export interface Prepared extends FittedTable {
  /** The inputs (dense, m) and codes (columns, m), all of a row together. */
  readonly X: Float32Array;
  readonly codes: Int32Array;
  /** The target of each row as the network learns it. */
  readonly T: Float64Array;
  /** The class index of each row, or its value in the unit of the target. */
  readonly actual: Float64Array;
  /** Null: each row weighs 1. */
  readonly weights: Float64Array | null;
}

/**
 * Identifies the result of `prepare` for the columns of a file. Trainings with equal keys can share
 * it.
 */
export function preparationKey(file: string, columns: readonly string[], spec: TrainingSpec): string {
  const { target, task, weightColumn, features, split, fold, training } = spec;
  const loss = lossName(training.loss);
  const { minTarget, link } = LOSSES[loss];
  const { standardizesTarget } = link;
  return JSON.stringify({
    ...{ file, columns, target, task, weightColumn, features, split, fold },
    ...{ minTarget, standardizesTarget, warnsOfOutliers: loss === 'mse' },
  });
}

/** Allocates memory of a thread, or memory that threads share. */
export type Allocate = (bytes: number) => ArrayBufferLike;

/** Rows that are transformed at once: a column at a time, so the rows should fit into the cache. */
const CHUNK_ROWS = 512;

/**
 * Splits the rows, fits the features and the target, and transforms all rows. Throws `invalid_spec`
 * for a request that the data does not allow.
 */
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
  // A class is learned as its index.
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
  const { oneHot } = layoutOf(features);
  const dense = denseWidth(features);
  const X = new Float32Array(allocate(order.length * dense * Float32Array.BYTES_PER_ELEMENT));
  const codes = new Int32Array(allocate(order.length * oneHot.length * Int32Array.BYTES_PER_ELEMENT));
  const write = transformer(features, table);
  for (let start = 0; start < order.length; start += CHUNK_ROWS) {
    const rows = order.subarray(start, start + CHUNK_ROWS);
    write(rows, { X: X.subarray(start * dense), codes: codes.subarray(start * oneHot.length) });
  }
  return { X, codes };
}

/**
 * Splits the rows of the table and fits the features and the target. `weights` has a weight for
 * each row of the table; null: each weighs 1. Throws as `prepare` does.
 */
export function fitTable(table: Table, spec: TrainingSpec) {
  const targetColumn = findColumn(table, spec.target);
  if (targetColumn === undefined) throw invalidSpec('/target', `The dataset has no column '${spec.target}'.`);
  const kind = spec.task === 'regression' ? 'number' : 'classes';
  const { weights, weighted, warnings: weightWarnings } = readWeights(table, spec.weightColumn);
  const known = rowsWithTarget(targetColumn, kind);
  const rows = known.filter(weighted);
  if (rows.length < 2)
    throw invalidSpec('/target', `'${spec.target}' has a value in ${rows.length} rows; training needs at least 2.`);

  const classes = kind === 'classes' ? fitClasses(targetColumn, rows) : null;
  if (classes) checkClasses(classes.classes.length, spec);
  const classOfRow = classes && encodeTarget(classes, targetColumn, rows);
  const { splits, warnings: splitWarnings } = splitRows(table, { rows, classes: classOfRow }, spec);
  const target = classes ?? fitRegression(targetColumn, targetRows(splits, spec), spec);

  const reserved = reservedColumns(spec);
  const castWarnings = unreadableWarnings(table, spec.features, reserved);
  const { features, warnings: featureWarnings } = fitFeatures(table, splits.training, spec.features, reserved);
  if (features.columns.length === 0)
    throw invalidSpec('/features', 'All columns are constant or left out. Training needs at least one.');
  const used = table.columns.filter(({ name }) => features.columns.some(({ column }) => column === name));
  return {
    splits,
    features,
    target,
    targetColumn,
    weights,
    warnings: [
      ...missingTargets(table, targetColumn, kind, known.length),
      ...targetWarnings({ column: targetColumn, target, rows, splits, loss: lossName(spec.training.loss) }),
      ...weightWarnings,
      ...splitWarnings,
      ...castWarnings,
      ...featureWarnings,
      ...findLeaks(used, targetColumn, splits.training, kind),
    ],
  };
}

/** All folds have one unit of the target, so that their predictions can be averaged. */
function targetRows({ training, validation }: Splits, { fold }: TrainingSpec): Int32Array {
  return fold === undefined ? training : concat([training, validation]).sort();
}

/** Throws for a column of which no cell can be read as its type; warns of those with some. */
function unreadableWarnings(table: Table, options: FeaturesOptions, reserved: readonly string[]): Warning[] {
  return findUnreadable(table, options, reserved).map(({ column, type, cells, unreadable, examples }) => {
    if (unreadable === cells)
      throw invalidSpec(pointer(['features', 'types', column]), describeUnreadable(column, type, examples));
    const message = `${unreadable} of ${cells} cells of '${column}' cannot be read as ${type} (${examples}) and count as missing.`;
    return { code: 'unreadable_cells', column, message };
  });
}

function checkClasses(classes: number, { target, task }: TrainingSpec): void {
  if (classes < 2)
    throw invalidSpec('/target', `'${target}' has one value in the training rows; a classification needs at least 2.`);
  if (task === 'binary' && classes > 2)
    throw invalidSpec('/task', `A binary target needs two values; '${target}' has ${classes}. Use multiclass.`);
}

/**
 * Standardizes the target, unless the link of the loss needs its own unit. Throws for values that
 * the loss does not allow.
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
