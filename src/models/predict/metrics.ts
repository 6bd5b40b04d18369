import { Counter, Histogram, type Registry } from 'prom-client';
import { LATENCY_BUCKETS } from '../../kit/metrics.ts';
import type { Predictor } from '../stored/predictor/predictor.ts';

/** Prometheus metrics of predictions. */
export type PredictionMetrics = ReturnType<typeof createPredictionMetrics>;

export function createPredictionMetrics(registry: Registry) {
  const registers = [registry];
  return {
    rows: new Counter({ name: 'trainyard_predict_rows_total', help: 'Predicted rows.', registers }),
    seconds: new Histogram({
      name: 'trainyard_predict_batch_duration_seconds',
      help: 'Duration of the network for each batch of rows. Whole requests are in trainyard_http_request_duration_seconds.',
      buckets: LATENCY_BUCKETS,
      registers,
    }),
  };
}

/** The same predictor, measured. */
export function withMetrics(predictor: Predictor, { rows, seconds }: PredictionMetrics): Predictor {
  return {
    ...predictor,
    predict(table) {
      const timed = seconds.startTimer();
      const predictions = predictor.predict(table);
      timed();
      rows.inc(table.rows);
      return predictions;
    },
  };
}
