import type { LossName } from '../engine/losses/losses.ts';
import { isNumber } from '../features/columns/conversions.ts';
import { clampOutlier, outlierBounds } from '../features/scaling/outliers.ts';
import { encodeTarget, type FittedClasses, type FittedTarget } from '../features/target.ts';
import { type Column, isNumberColumn, type Table } from '../formats/table.ts';
import { nameSome } from '../kit/nameSome.ts';
import type { Warning } from '../kit/warning.ts';
import type { Splits } from './split/splits.ts';

/** A text target with at least this share of numbers was probably meant to be numeric. */
const NUMERIC_SHARE = 0.5;
/** Up to so many different numbers are probably codes, such as 0, 1 and unknown. */
const MAX_CODES = 10;

/** A greater share of the variance in few rows decides what a squared loss learns. */
const MAX_OUTLIER_SHARE = 0.5;

export interface TargetRows {
  readonly column: Column;
  readonly target: FittedTarget;
  /** The rows that have a target and a weight. */
  readonly rows: Int32Array;
  readonly splits: Splits;
  readonly loss: LossName;
}

/** Warnings about the values of a target: which of them can be learned and measured. */
export function targetWarnings({ column, target, rows, splits, loss }: TargetRows): Warning[] {
  if (target.kind === 'number') {
    const values = encodeTarget(target, column, splits.training);
    return [...constantWarning(column, values), ...(loss === 'mse' ? outliersWarning(column, values) : [])];
  }
  const counts = countClasses(target, column, rows);
  const trained = countClasses(target, column, splits.training);
  return [
    ...numbersAsClassesWarning(column, rows),
    ...singleRowWarning(target, counts),
    ...untrainedWarning(target, trained),
  ];
}

/**
 * A warning that counts the rows without a target, or without a number if one is to be predicted.
 */
export function missingTargets(
  { rows: all }: Table,
  column: Column,
  task: 'classes' | 'number',
  known: number,
): Warning[] {
  if (all === known) return [];
  const words = task === 'number' ? describeWords(column, known) : '';
  const message = `${all - known} of ${all} rows have no target and are left out.${words}`;
  return [{ code: 'missing_targets', column: column.name, message }];
}

function describeWords(column: Column, known: number): string {
  if (isNumberColumn(column)) return '';
  const words = column.categories.filter((word) => !isNumber(word));
  const cells = column.codes.filter((code) => code >= 0).length - known;
  return cells > 0 ? ` ${cells} of them have text that is not a number: ${nameSome(words)}.` : '';
}

function countClasses(target: FittedClasses, column: Column, rows: Int32Array): Int32Array {
  const counts = new Int32Array(target.classes.length);
  for (const code of encodeTarget(target, column, rows)) counts[code]++;
  return counts;
}

function constantWarning({ name }: Column, values: Float64Array): Warning[] {
  if (values.some((value) => value !== values[0])) return [];
  const message = `The target '${name}' has one value in the training rows, so the model predicts nothing else. Use another split.`;
  return [{ code: 'constant_training_target', column: name, message }];
}

/** `values` are standardized, so that their squares are finite. */
function outliersWarning({ name }: Column, values: Float64Array): Warning[] {
  const bounds = outlierBounds(values);
  const [mean, total] = [sum(values) / values.length, sum(values.map((value) => value ** 2))];
  const outliers = values.filter((value) => clampOutlier(value, bounds) !== value);
  const share = sum(outliers.map((value) => (value - mean) ** 2)) / (total - values.length * mean ** 2);
  if (!(share > MAX_OUTLIER_SHARE)) return [];
  const message =
    `${outliers.length} of ${values.length} training rows have a far larger or smaller '${name}' than all others: they make ${Math.floor(100 * share)} % of its variance, ` +
    'and the loss mse fits them before all others. Correct them if they are mistakes, or use the loss huber to predict ordinary values well.';
  return [{ code: 'target_outliers', column: name, message }];
}

/** Numbers that a few words among them made classes. */
function numbersAsClassesWarning(column: Column, rows: Int32Array): Warning[] {
  if (isNumberColumn(column)) return [];
  const counts = column.categories.map(() => 0);
  for (const row of rows) counts[column.codes[row]]++;
  const used = counts.flatMap((count, code) => (count > 0 ? [{ count, word: column.categories[code] }] : []));
  const numbers = used.filter(({ word }) => isNumber(word));
  const words = used.filter(({ word }) => !isNumber(word)).sort((a, b) => b.count - a.count);
  const [numericRows, wordRows] = [sumCounts(numbers), sumCounts(words)];
  if (words.length === 0 || numbers.length <= MAX_CODES || numericRows < NUMERIC_SHARE * rows.length) return [];
  const message =
    `The target '${column.name}' has numbers in ${numericRows} rows and words in ${wordRows}, most often ${nameSome(words.map(({ word }) => word))}, ` +
    'so every value is a class. Use "task": "regression" to predict the numbers and leave out the rows with words.';
  return [{ code: 'numbers_as_classes', column: column.name, message }];
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function sumCounts(values: readonly { readonly count: number }[]): number {
  return values.reduce((sum, { count }) => sum + count, 0);
}

/** Classes of one row cannot be both learned and measured. */
function singleRowWarning({ column, classes }: FittedClasses, counts: Int32Array): Warning[] {
  const single = classes.filter((_label, index) => counts[index] === 1);
  if (single.length === 0) return [];
  const numeric = classes.every(isNumber) ? ', or use "task": "regression" to predict numbers' : '';
  const message = `${single.length} of ${classes.length} classes of '${column}' have one row (${nameSome(single)}): they cannot be both learned and measured. Merge or remove them${numeric}.`;
  return [{ code: 'single_row_classes', column, message }];
}

function untrainedWarning({ column, classes }: FittedClasses, trained: Int32Array): Warning[] {
  const learned = classes.filter((_label, index) => trained[index] > 0);
  const missing = classes.filter((_label, index) => trained[index] === 0);
  if (missing.length === 0) return [];
  if (learned.length === 1) {
    const message = `All training rows have the class ${nameSome(learned)} of '${column}', so the model cannot learn ${nameSome(missing)}. Use another split.`;
    return [{ code: 'one_class_in_training', column, message }];
  }
  const message = `${missing.length} of ${classes.length} classes of '${column}' have no training rows (${nameSome(missing)}), so the model cannot learn them. Use another split.`;
  return [{ code: 'untrained_classes', column, message }];
}
