import { Counter, Histogram, type Registry } from 'prom-client';
import { LONG_BUCKETS } from '../../kit/metrics.ts';

/** Metrics of uploads. */
export type IngestMetrics = ReturnType<typeof createIngestMetrics>;

export function createIngestMetrics(registry: Registry) {
  const registers = [registry];
  return {
    bytes: new Counter({
      name: 'trainyard_upload_bytes_total',
      help: 'Bytes of received uploads.',
      registers,
    }),
    seconds: new Histogram({
      name: 'trainyard_ingest_duration_seconds',
      help: 'Duration of parsing and profiling an upload, by outcome: `ready` or `refused`.',
      labelNames: ['outcome'],
      buckets: LONG_BUCKETS,
      registers,
    }),
    rows: new Counter({ name: 'trainyard_ingest_rows_total', help: 'Rows of parsed uploads.', registers }),
  };
}
