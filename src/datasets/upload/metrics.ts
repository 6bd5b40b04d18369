import { Counter, Histogram, type Registry } from 'prom-client';
import { LONG_BUCKETS } from '../../kit/metrics.ts';

/** What is measured of uploads. */
export type IngestMetrics = ReturnType<typeof createIngestMetrics>;

export function createIngestMetrics(registry: Registry) {
  const registers = [registry];
  return {
    bytes: new Counter({
      name: 'trainyard_upload_bytes_total',
      help: 'Bytes of the uploads that were received, as they came.',
      registers,
    }),
    seconds: new Histogram({
      name: 'trainyard_ingest_duration_seconds',
      help: 'How long reading and profiling uploads took, by what came of it: `ready` or `refused`.',
      labelNames: ['outcome'],
      buckets: LONG_BUCKETS,
      registers,
    }),
    rows: new Counter({ name: 'trainyard_ingest_rows_total', help: 'Rows of the uploads that were read.', registers }),
  };
}
