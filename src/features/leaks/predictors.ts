import { type Column, isNumberColumn } from '../../formats/table.ts';
import { asCategories, asNumbers } from '../columns/conversions.ts';
import { type Groups, groupRows } from './groups.ts';

/** How well one column alone predicts the target, on rows that the predictor was not fitted to. */
export interface Score {
  /** The published metric: R², or the accuracy. */
  readonly value: number;
  /** The same metric of a predictor without columns: 0, or the share of the most frequent class. */
  readonly baseline: number;
  /**
   * The share of the baseline's error that the column removes, a lower bound: 1 is a perfect
   * column.
   */
  readonly gain: number;
}

type Scorer = (column: Column) => Score;

/**
 * A group with fewer rows to fit joins the other rare groups, so that a column of ids learns
 * nothing.
 */
const MIN_GROUP_ROWS = 5;
/** Standard deviations added to the error count, so that a small table does not warn by chance. */
const DEVIATIONS = 3;

/**
 * Scores columns by cross-fitting: a predictor fitted to one half of the rows predicts the other
 * half. It predicts the most frequent class or the mean of each group; for numbers also a straight
 * line, which fits a heavy tail.
 */
export function scorerFor(target: Column, rows: Int32Array, task: 'classes' | 'number'): Scorer {
  const half = halves(rows);
  if (task === 'number') {
    const values = asNumbers(target);
    return numberScorer(
      Float64Array.from(rows, (row) => values[row]),
      rows,
      half,
    );
  }
  const { codes } = asCategories(target);
  return classScorer(
    Int32Array.from(rows, (row) => codes[row]),
    rows,
    half,
  );
}

/**
 * 0 or 1 for each row, the same every time. Fibonacci hashing puts periodic rows, such as hours,
 * into both halves.
 */
function halves(rows: Int32Array): Uint8Array {
  return Uint8Array.from(rows, (row) => Math.imul(row + 1, 0x9e3779b1) >>> 31);
}

function classScorer(classes: Int32Array, rows: Int32Array, half: Uint8Array): Scorer {
  const baseline = shareOfMostFrequent(classes);
  const baselineErrors = (1 - baseline) * rows.length;
  return (column) => {
    const { of, count } = withoutRare(groupRows(column, rows), half);
    const predicted = majorities(of, count, classes, half);
    let errors = 0;
    for (let i = 0; i < of.length; i++) if (predicted[2 * of[i] + 1 - half[i]] !== classes[i]) errors++;
    const cautious = errors + DEVIATIONS * Math.sqrt(errors + 1);
    return { value: 1 - errors / rows.length, baseline, gain: 1 - cautious / baselineErrors };
  };
}

/**
 * The majority class of each group and half (Boyer and Moore 1991); any class when none has more
 * than half of the rows.
 */
function majorities(of: Int32Array, count: number, classes: Int32Array, half: Uint8Array): Int32Array {
  const candidates = new Int32Array(2 * count).fill(-1);
  const votes = new Int32Array(2 * count);
  for (let i = 0; i < of.length; i++) {
    const cell = 2 * of[i] + half[i];
    if (votes[cell] === 0) candidates[cell] = classes[i];
    votes[cell] += candidates[cell] === classes[i] ? 1 : -1;
  }
  return candidates;
}

function shareOfMostFrequent(classes: Int32Array): number {
  const counts = new Map<number, number>();
  for (const each of classes) counts.set(each, (counts.get(each) ?? 0) + 1);
  return Math.max(...counts.values()) / classes.length;
}

function numberScorer(numbers: Float64Array, rows: Int32Array, half: Uint8Array): Scorer {
  const means = meansOf(numbers, half, new Int32Array(rows.length), 1);
  const baselineErrors = squaredErrors(numbers, half, () => Number.NaN, means);
  return (column) => {
    const groups = withoutRare(groupRows(column, rows), half);
    const byGroup = meansOf(numbers, half, groups.of, groups.count);
    const ofGroups = squaredErrors(numbers, half, (i, other) => byGroup[2 * groups.of[i] + other], means);
    const ofLine = isNumberColumn(column) ? lineErrors(numbers, half, column.values, rows, means) : ofGroups;
    const gain = 1 - Math.min(ofGroups, ofLine) / baselineErrors;
    return { value: gain, baseline: 0, gain };
  };
}

/** The mean of each group in each half; NaN without rows. */
function meansOf(numbers: Float64Array, half: Uint8Array, of: Int32Array, count: number): Float64Array {
  const sums = new Float64Array(2 * count);
  const counts = new Int32Array(2 * count);
  for (let i = 0; i < of.length; i++) {
    sums[2 * of[i] + half[i]] += numbers[i];
    counts[2 * of[i] + half[i]]++;
  }
  return sums.map((sum, cell) => sum / counts[cell]);
}

/**
 * The sum of squared errors. `predict` gets a row and the half to predict from; NaN is replaced by
 * the mean of that half.
 */
function squaredErrors(
  numbers: Float64Array,
  half: Uint8Array,
  predict: (i: number, other: number) => number,
  means: Float64Array,
): number {
  let errors = 0;
  for (let i = 0; i < numbers.length; i++) {
    const other = 1 - half[i];
    const predicted = predict(i, other);
    errors += (numbers[i] - (Number.isNaN(predicted) ? means[other] : predicted)) ** 2;
  }
  return errors;
}

/** The squared errors of a straight line (least squares). */
function lineErrors(
  numbers: Float64Array,
  half: Uint8Array,
  values: Float64Array,
  rows: Int32Array,
  means: Float64Array,
): number {
  const lines = [0, 1].map((each) => fitLine(numbers, (i) => (half[i] === each ? values[rows[i]] : Number.NaN)));
  return squaredErrors(numbers, half, (i, other) => lines[other](values[rows[i]]), means);
}

/** The line through the rows whose x is a finite number. */
function fitLine(numbers: Float64Array, x: (i: number) => number): (x: number) => number {
  let [count, meanX, meanY, xx, xy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < numbers.length; i++) {
    const value = x(i);
    if (!Number.isFinite(value)) continue;
    count++;
    const fromX = value - meanX;
    meanX += fromX / count;
    meanY += (numbers[i] - meanY) / count;
    xx += fromX * (value - meanX);
    xy += fromX * (numbers[i] - meanY);
  }
  return (value) => meanY + (xy / xx) * (value - meanX);
}

/** The groups with enough rows in both halves; all other groups become one. */
function withoutRare({ of, count }: Groups, half: Uint8Array): Groups {
  const counts = new Int32Array(2 * count);
  for (let i = 0; i < of.length; i++) counts[2 * of[i] + half[i]]++;
  const merged = new Int32Array(of.length);
  for (let i = 0; i < of.length; i++) {
    const cell = 2 * of[i];
    merged[i] = Math.min(counts[cell], counts[cell + 1]) < MIN_GROUP_ROWS ? count : of[i];
  }
  return { of: merged, count: count + 1 };
}
