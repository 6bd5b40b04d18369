import { type Column, isNumberColumn } from '../../formats/table.ts';
import { asCategories, asNumbers } from '../columns/conversions.ts';
import { type Groups, groupRows } from './groups.ts';

/** How well one column alone predicts the target, on rows that its predictor was not fitted to. */
export interface Score {
  /** The measure for people: R², or the share of rows whose class is predicted. */
  readonly value: number;
  /** The same measure of a predictor that sees no column: 0, or the share of the most frequent class. */
  readonly baseline: number;
  /** The share of the baseline's error that the column removes, at the cautious end of what chance allows: 1 is a perfect column. */
  readonly gain: number;
}

/** Scores one column. */
type Scorer = (column: Column) => Score;

/** A group that has fewer rows to fit joins the other rare ones, so that a column of ids learns nothing. */
const MIN_GROUP_ROWS = 5;
/** Errors are counted with this many standard deviations on top, so that a small table does not warn by luck. */
const DEVIATIONS = 3;

/**
 * Scores columns by cross-fitting: each half of the rows is predicted by a predictor that was fitted to the other. It predicts the most
 * frequent class or the mean of each group; for numbers also a straight line, which follows a heavy tail.
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

/** 0 or 1 for each row, the same every time: Fibonacci hashing, so that rows in a rhythm, such as hours, come into both. */
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

/** The class that most rows of each group and half have, by majority vote (Boyer and Moore 1991): any class where no one has more than half. */
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

/** The mean of each group in each half; NaN where it has no row. */
function meansOf(numbers: Float64Array, half: Uint8Array, of: Int32Array, count: number): Float64Array {
  const sums = new Float64Array(2 * count);
  const counts = new Int32Array(2 * count);
  for (let i = 0; i < of.length; i++) {
    sums[2 * of[i] + half[i]] += numbers[i];
    counts[2 * of[i] + half[i]]++;
  }
  return sums.map((sum, cell) => sum / counts[cell]);
}

/** The sum of squared errors; `predict` gets a row and the half that may be used, and where it gives NaN the mean of that half counts. */
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

/** The groups with enough rows in both halves; the others are one. */
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
