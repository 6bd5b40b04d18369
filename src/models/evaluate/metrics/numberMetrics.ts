import { measureNumbers, type PredictedNumbers } from '../../../training/metrics/regression.ts';

/**
 * Metrics of predicted numbers in the unit of the target, e = predicted - actual; null: undefined.
 */
export interface NumberMetrics {
  readonly rmse: number;
  readonly mae: number;
  readonly r2: number | null;
  readonly explainedVariance: number | null;
  /** The mean of e. */
  readonly bias: number;
  readonly medianAe: number;
  readonly maxError: number;
  /** The mean of |e| / |y|, without the rows that `mapeLeftOut` counts. */
  readonly mape: number | null;
  readonly mapeLeftOut: number;
  /** The sum of |e| divided by the sum of |y|. */
  readonly wape: number | null;
  /** The mean of 2 |e| / (|y| + |p|), 0 to 2. */
  readonly smape: number;
  readonly rmsle: number | null;
}

/** Targets below this share of the largest one have no meaningful relative error. */
const TINY_SHARE = 1e-9;

export function numberMetrics(rows: PredictedNumbers): NumberMetrics {
  const { actual: y, predicted: p } = rows;
  const { rmse, mae, r2 } = measureNumbers(rows, 0);
  const unit = scaleOf(y, p);
  const errorOf = (row: number) => p[row] / unit - y[row] / unit;
  const mean = (value: (row: number) => number) => meanOf(rows, value);
  const bias = mean(errorOf);
  const centre = mean((row) => y[row] / unit);
  const variance = mean((row) => (y[row] / unit - centre) ** 2);
  const unexplained = mean((row) => (errorOf(row) - bias) ** 2);
  const total = mean((row) => Math.abs(y[row] / unit));
  return {
    ...{ rmse, mae, r2, bias: bias * unit },
    explainedVariance: r2 === null ? null : 1 - unexplained / variance,
    medianAe: medianOf(rows),
    maxError: y.reduce((max, _value, row) => Math.max(max, Math.abs(p[row] - y[row])), 0),
    ...mapeOf(rows),
    wape: total > 0 ? mean((row) => Math.abs(errorOf(row))) / total : null,
    smape: mean((row) => symmetricError(y[row], p[row])),
    rmsle: rmsleOf(rows),
  };
}

/** The quantile loss at a level, and the share of rows with y <= p. */
export function quantileMetrics(rows: PredictedNumbers, level: number): { pinball: number; coverage: number } {
  const { actual: y, predicted: p } = rows;
  return {
    pinball: meanOf(rows, (row) => Math.max(level * (y[row] - p[row]), (level - 1) * (y[row] - p[row]))),
    coverage: meanOf(rows, (row) => (y[row] <= p[row] ? 1 : 0)),
  };
}

/** A power of two near the largest magnitude: relative to it, squares do not overflow. */
function scaleOf(...columns: readonly Float64Array[]): number {
  const largest = Math.max(...columns.map((values) => values.reduce((max, v) => Math.max(max, Math.abs(v)), 0)));
  return largest > 0 && Number.isFinite(largest)
    ? 2 ** Math.min(1000, Math.max(-1000, Math.floor(Math.log2(largest))))
    : 1;
}

function mapeOf(rows: PredictedNumbers): Pick<NumberMetrics, 'mape' | 'mapeLeftOut'> {
  const { actual: y, predicted: p } = rows;
  const least = TINY_SHARE * y.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const counts = (row: number) => Math.abs(y[row]) >= least && y[row] !== 0;
  const mapeLeftOut = y.reduce((sum, _value, row) => sum + (counts(row) ? 0 : 1), 0);
  if (mapeLeftOut === y.length) return { mape: null, mapeLeftOut };
  const share = meanOf(rows, (row) => (counts(row) ? 1 : 0));
  const sum = meanOf(rows, (row) => (counts(row) ? Math.abs(p[row] / y[row] - 1) : 0));
  return { mape: share > 0 ? sum / share : null, mapeLeftOut };
}

function symmetricError(y: number, p: number): number {
  if (y === p) return 0;
  const scale = Math.max(Math.abs(y), Math.abs(p));
  return (2 * Math.abs(p / scale - y / scale)) / (Math.abs(y / scale) + Math.abs(p / scale));
}

function rmsleOf(rows: PredictedNumbers): number | null {
  const { actual: y, predicted: p } = rows;
  if (y.some((value) => value <= -1) || p.some((value) => value <= -1)) return null;
  // One logarithm of the ratio keeps the digits of close values. Scaled, small squares do not
  // vanish.
  const logs = y.map((value, row) => Math.log1p((p[row] - value) / (1 + value)));
  const unit = logs.reduce((max, log) => Math.max(max, Math.abs(log)), 0);
  return unit > 0 ? unit * Math.sqrt(meanOf(rows, (row) => (logs[row] / unit) ** 2)) : 0;
}

/** With weights, the smallest error at which half of the weight is reached. */
function medianOf({ actual, predicted, weights }: PredictedNumbers): number {
  const errors = actual.map((value, row) => Math.abs(predicted[row] - value));
  if (weights === null) {
    const sorted = errors.sort();
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2;
  }
  const order = Uint32Array.from(errors, (_, row) => row).sort((a, b) => errors[a] - errors[b]);
  const half = order.reduce((sum, row) => sum + weights[row], 0) / 2;
  let reached = 0;
  const index = order.findIndex((row) => {
    reached += weights[row];
    return reached >= half;
  });
  return errors[order[Math.max(0, index)]];
}

function meanOf({ actual, weights }: PredictedNumbers, valueAt: (row: number) => number): number {
  let [sum, total] = [0, 0];
  for (let row = 0; row < actual.length; row++) {
    const weight = weights?.[row] ?? 1;
    sum += weight * valueAt(row);
    total += weight;
  }
  return sum / total;
}
