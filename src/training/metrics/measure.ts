import { decodeNumber, type FittedTarget } from '../../features/target.ts';
import type { WatchedMetric } from '../schemas/monitors.ts';
import { type ClassificationMetrics, measureAccuracy, measureClasses } from './classification.ts';
import { measureNumbers, type RegressionMetrics } from './regression.ts';

export type Metrics = ClassificationMetrics | RegressionMetrics;

/** The known targets of some rows. */
export interface Targets {
  /** The class index of each row, or its value in the target's unit. */
  readonly actual: Float64Array;
  readonly weights: Float64Array | null;
}

/** Rows with their targets and predictions. */
export interface Measured {
  readonly target: FittedTarget;
  readonly targets: Targets;
  /** The output of the network, row by row; see `Network.predict`. */
  readonly predictions: Float64Array;
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

/** Metrics that are cheap enough for every epoch. */
const CHEAP_METRICS: readonly WatchedMetric[] = ['trainingLoss', 'validationLoss', 'accuracy'];

/** The metrics that an epoch reports: the cheap ones, or all if another one is watched. */
export function measureEpoch(measured: Measured, watched: readonly WatchedMetric[]): Record<string, number | null> {
  const { target, loss } = measured;
  if (target.kind === 'number') {
    const { rmse, mae, r2 } = measureNumbers(numbersOf(measured, target), loss);
    return { rmse, mae, r2 };
  }
  const classes = classesOf(measured, target.classes);
  if (watched.every((metric) => CHEAP_METRICS.includes(metric))) return { accuracy: measureAccuracy(classes) };
  const { confusionMatrix: _confusionMatrix, loss: _loss, ...metrics } = measureClasses(classes, loss);
  return metrics;
}

function numbersOf({ targets, predictions }: Measured, target: FittedTarget & { kind: 'number' }) {
  return { ...targets, predicted: predictions.map((value) => decodeNumber(target, value)) };
}

function classesOf({ targets, predictions }: Measured, labels: readonly string[]) {
  const probabilities = predictions.length === targets.actual.length ? withFirstClass(predictions) : predictions;
  return { ...targets, probabilities, labels };
}

/** A single output is the probability of the second class. */
function withFirstClass(second: Float64Array): Float64Array {
  const both = new Float64Array(2 * second.length);
  second.forEach((probability, row) => {
    both[2 * row] = 1 - probability;
    both[2 * row + 1] = probability;
  });
  return both;
}
