import { Counter, Histogram, type Registry } from 'prom-client';
import { LATENCY_BUCKETS, LONG_BUCKETS } from '../../kit/metrics.ts';

/** The metrics of the jobs that a worker runs. */
export type TrainingMetrics = ReturnType<typeof createTrainingMetrics>;

export function createTrainingMetrics(registry: Registry) {
  const registers = [registry];
  return {
    waitSeconds: new Histogram({
      name: 'trainyard_job_wait_seconds',
      help: 'Time in seconds that jobs waited, from when they were last queued until they were started.',
      buckets: LONG_BUCKETS,
      registers,
    }),
    runSeconds: new Histogram({
      name: 'trainyard_job_run_seconds',
      help: 'Time in seconds that jobs ran, by outcome: `trained`, `failed`, `halted` (a trial that its sweep compares) or `stopped` (cancelled, paused or queued again).',
      labelNames: ['outcome'],
      buckets: LONG_BUCKETS,
      registers,
    }),
    rows: new Counter({
      name: 'trainyard_rows_trained_total',
      help: 'Rows of all training steps. A row counts once for each step that used it.',
      registers,
    }),
    epochs: new Counter({ name: 'trainyard_epochs_total', help: 'Complete training epochs.', registers }),
    checkpointSeconds: new Histogram({
      name: 'trainyard_checkpoint_write_seconds',
      help: 'Duration of checkpoint writes in seconds.',
      buckets: LATENCY_BUCKETS,
      registers,
    }),
    checkpointBytes: new Counter({
      name: 'trainyard_checkpoint_bytes_total',
      help: 'Bytes of written checkpoints.',
      registers,
    }),
  };
}
