import { decodeNumber, encodeTarget, type FittedTarget } from '../../features/target.ts';
import type { Column } from '../../kit/table.ts';
import type { Monitor } from '../monitors.ts';
import { type ClassificationMetrics, measureAccuracy, measureClasses } from './classification.ts';
import { measureNumbers, type RegressionMetrics } from './regression.ts';

export type Metrics = ClassificationMetrics | RegressionMetrics;

/** Rows with what is known and what was predicted of them. */
export interface Measured {
  readonly target: FittedTarget;
  readonly column: Column;
  readonly rows: Int32Array;
  /** What the network predicts, row by row; see `Network.predict`. */
  readonly predictions: Float64Array;
  /** Of every row of the table. */
  readonly weights: Float64Array | null;
  /** The mean loss of the rows. */
  readonly loss: number;
}

/** Every metric of the rows. */
export function measure(measured: Measured): Metrics {
  const { target, loss } = measured;
  return target.kind === 'number'
    ? measureNumbers(numbersOf(measured, target), loss)
    : measureClasses(classesOf(measured, target.classes), loss);
}

/** The metrics that an epoch reports: those that cost little, and the one that is watched. */
export function measureEpoch(measured: Measured, watched: Monitor): Record<string, number | null> {
  const { target, loss } = measured;
  if (target.kind === 'number') {
    const { rmse, mae, r2 } = measureNumbers(numbersOf(measured, target), loss);
    return { rmse, mae, r2 };
  }
  const classes = classesOf(measured, target.classes);
  if (watched === 'validationLoss' || watched === 'accuracy') return { accuracy: measureAccuracy(classes) };
  const { confusionMatrix: _confusionMatrix, loss: _loss, ...metrics } = measureClasses(classes, loss);
  return metrics;
}

function numbersOf({ column, rows, predictions, weights }: Measured, target: FittedTarget & { kind: 'number' }) {
  return {
    actual: encodeTarget({ ...target, mean: 0, deviation: 1 }, column, rows),
    predicted: predictions.map((value) => decodeNumber(target, value)),
    weights: ofRows(weights, rows),
  };
}

function classesOf({ target, column, rows, predictions, weights }: Measured, labels: readonly string[]) {
  const actual = encodeTarget(target, column, rows);
  const probabilities = predictions.length === rows.length ? withFirstClass(predictions) : predictions;
  return { actual, probabilities, labels, weights: ofRows(weights, rows) };
}

/** One output is the probability of the second class. */
function withFirstClass(second: Float64Array): Float64Array {
  const both = new Float64Array(2 * second.length);
  second.forEach((probability, row) => {
    both[2 * row] = 1 - probability;
    both[2 * row + 1] = probability;
  });
  return both;
}

function ofRows(weights: Float64Array | null, rows: Int32Array): Float64Array | null {
  return weights && Float64Array.from(rows, (row) => weights[row]);
}
