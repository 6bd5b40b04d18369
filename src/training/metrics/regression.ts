import { powerOfTwoScale } from '../powerOfTwoScale.ts';

/** How good predicted numbers are, in the target's own unit. */
export interface RegressionMetrics {
  /** The training's loss, without penalties; of the standardised target. */
  readonly loss: number;
  readonly rmse: number;
  readonly mae: number;
  /** The share of the variance that is explained; null when the rows have none. */
  readonly r2: number | null;
}

export interface PredictedNumbers {
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
  readonly weights: Float64Array | null;
}

/**
 * Every metric of rows whose numbers were predicted, at least one row; means are weighted, `loss`
 * is handed on.
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
  // In parts of it, squares neither overflow nor vanish.
  const unit = powerOfTwoScale(actual, predicted);
  const errorOf = (row: number) => predicted[row] / unit - actual[row] / unit;
  const centre = mean((row) => actual[row] / unit);
  const variance = mean((row) => (actual[row] / unit - centre) ** 2);
  const squaredError = mean((row) => errorOf(row) ** 2);
  return {
    loss,
    rmse: Math.sqrt(squaredError) * unit,
    mae: mean((row) => Math.abs(errorOf(row))) * unit,
    r2: variance > 0 ? 1 - squaredError / variance : null,
  };
}
