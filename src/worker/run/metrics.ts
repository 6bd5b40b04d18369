import { Counter, Histogram, type Registry } from 'prom-client';
import { LATENCY_BUCKETS, LONG_BUCKETS } from '../../kit/metrics.ts';

/** What a worker measures of its work. */
export type TrainingMetrics = ReturnType<typeof createTrainingMetrics>;

export function createTrainingMetrics(registry: Registry) {
  const registers = [registry];
  return {
    waitSeconds: new Histogram({
      name: 'trainyard_job_wait_seconds',
      help: 'How long jobs waited from when they were queued, or queued again, until they were started.',
      buckets: LONG_BUCKETS,
      registers,
    }),
    runSeconds: new Histogram({
      name: 'trainyard_job_run_seconds',
      help: 'How long jobs were on a thread, by what came of it: `trained`, `failed`, `halted` where its sweep is to compare it, or `stopped` where it was cancelled, paused or put back.',
      labelNames: ['outcome'],
      buckets: LONG_BUCKETS,
      registers,
    }),
    rows: new Counter({
      name: 'trainyard_rows_trained_total',
      help: 'Rows that went through a training step, each as often as it did.',
      registers,
    }),
    epochs: new Counter({ name: 'trainyard_epochs_total', help: 'Epochs that were trained.', registers }),
    checkpointSeconds: new Histogram({
      name: 'trainyard_checkpoint_write_seconds',
      help: 'How long it took to write checkpoints to the disk.',
      buckets: LATENCY_BUCKETS,
      registers,
    }),
    checkpointBytes: new Counter({
      name: 'trainyard_checkpoint_bytes_total',
      help: 'Bytes of the checkpoints that were written.',
      registers,
    }),
  };
}
