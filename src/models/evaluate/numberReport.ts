import type { RowOutputs } from '../outputs/rowOutputs.ts';
import type { ReportOptions } from './classReport.ts';
import { bootstrap } from './intervals/bootstrap.ts';
import { numberMetrics } from './metrics/numberMetrics.ts';
import type { EvaluationMembers } from './schemas.ts';

type Members = Omit<EvaluationMembers, 'part' | 'rows'>;

/** The members of an evaluation of numbers. */
export function numberReport(outputs: RowOutputs, { request, resamples, onResample }: ReportOptions): Members {
  const { actual, weights } = outputs;
  const predicted = Float64Array.from(outputs.outputs);
  const measured = numberMetrics({ actual, predicted, weights });
  const centre = weightedMean(actual, weights);
  const constant = numberMetrics({ actual, predicted: actual.map(() => centre), weights });
  const resampled = bootstrap(
    (timesOf) => {
      onResample();
      const counted = actual.map((_value, row) => timesOf(row) * (weights?.[row] ?? 1));
      return meansOf(actual, predicted, counted);
    },
    { rows: actual.length, resamples, level: request.confidence.level, seed: request.seed },
  );
  return {
    classes: null,
    metrics: { loss: outputs.loss, ...measured, skill: measured.r2 },
    intervals: Object.fromEntries(
      Object.entries(resampled).map(([name, interval]) => [name, { ...interval, method: 'bootstrap' as const }]),
    ),
    ...{ confusionMatrix: null, perClass: null, threshold: null, calibration: null, curves: null },
    baseline: { rmse: constant.rmse, mae: constant.mae },
  };
}

/** The metrics that are means over the rows, for counted rows. */
function meansOf(actual: Float64Array, predicted: Float64Array, weights: Float64Array) {
  let [total, squares, errors, distances, sum] = [0, 0, 0, 0, 0];
  for (let row = 0; row < actual.length; row++) {
    const error = predicted[row] - actual[row];
    total += weights[row];
    squares += weights[row] * error * error;
    errors += weights[row] * error;
    distances += weights[row] * Math.abs(error);
    sum += weights[row] * actual[row];
  }
  const mean = sum / total;
  let spread = 0;
  for (let row = 0; row < actual.length; row++) spread += weights[row] * (actual[row] - mean) ** 2;
  return {
    rmse: Math.sqrt(squares / total),
    mae: distances / total,
    bias: errors / total,
    r2: spread > 0 ? 1 - squares / spread : null,
    explainedVariance: spread > 0 ? 1 - (squares - (errors * errors) / total) / spread : null,
  };
}

function weightedMean(values: Float64Array, weights: Float64Array | null): number {
  let [sum, total] = [0, 0];
  for (const [row, value] of values.entries()) {
    sum += (weights?.[row] ?? 1) * value;
    total += weights?.[row] ?? 1;
  }
  return sum / total;
}
