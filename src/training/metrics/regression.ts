import { powerOfTwoScale } from './powerOfTwoScale.ts';

/** Metrics of predicted numbers, in the target's unit. */
export interface RegressionMetrics {
  /** The training's loss, without penalties; of the standardized target. */
  readonly loss: number;
  readonly rmse: number;
  readonly mae: number;
  /** The explained fraction of the variance; null if the target has one value in the rows. */
  readonly r2: number | null;
}

export interface PredictedNumbers {
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
  readonly weights: Float64Array | null;
}

/**
 * Every metric of rows with predicted numbers, at least one row; means are weighted, `loss` is
 * passed through.
 */
export function measureNumbers({ actual, predicted, weights }: PredictedNumbers, loss: number): RegressionMetrics {
  const weightOf = (row: number) => weights?.[row] ?? 1;
  const mean = (value: (row: number) => number) => {
    let [sum, total] = [0, 0];
    for (let row = 0; row < actual.length; row++) {
      sum += weightOf(row) * value(row);
      total += weightOf(row);
    }
    return sum / total;
  };
  // Relative to it, squares neither overflow nor underflow.
  const unit = powerOfTwoScale(actual, predicted);
  const errorOf = (row: number) => predicted[row] / unit - actual[row] / unit;
  const centre = mean((row) => actual[row] / unit);
  const variance = mean((row) => (actual[row] / unit - centre) ** 2);
  const squaredError = mean((row) => errorOf(row) ** 2);
  // The mean of equal numbers is rounded, so their variance may be above 0.
  const isMeasurable = variance > 0 && !isConstant(actual, weights);
  return {
    loss,
    rmse: Math.sqrt(squaredError) * unit,
    mae: mean((row) => Math.abs(errorOf(row))) * unit,
    r2: isMeasurable ? 1 - squaredError / variance : null,
  };
}

/** Whether the rows with a weight have one value. */
function isConstant(actual: Float64Array, weights: Float64Array | null): boolean {
  const counts = (row: number) => (weights?.[row] ?? 1) > 0;
  const first = actual.findIndex((_value, row) => counts(row));
  return actual.every((value, row) => !counts(row) || value === actual[first]);
}
