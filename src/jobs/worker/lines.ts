import type { RunPlan } from '../../training/report.ts';
import type { Log } from '../events/schemas.ts';

/** What the readers of a job's events are told when its training begins, or goes on behind the epochs that are done. */
export function startedLog({ rowsPerEpoch, stepsPerEpoch, epochs, done }: RunPlan, kernels: string): Log {
  const course = `${rowsPerEpoch} rows in ${stepsPerEpoch} steps an epoch, for ${epochs} epochs at most`;
  if (done.steps === 0)
    return { level: 'info', code: 'training_started', message: `Trains on ${course}; kernels: ${kernels}.` };
  const from = `Goes on from the checkpoint behind step ${done.steps}, in epoch ${done.epochs + 1}`;
  return { level: 'info', code: 'training_resumed', message: `${from}: ${course}; kernels: ${kernels}.` };
}

/** What they are told when epochs are spared, by early stopping or by a client. */
export function stoppedEarlyLog(epoch: number, epochs: number): Log {
  const message = `Stopped after epoch ${epoch} of ${epochs}.`;
  return { level: 'info', code: 'stopped_early', message };
}

/** What they are told of a job that is queued again. */
export const WORKER_DIED: Log = {
  level: 'warning',
  code: 'worker_died',
  message: 'The worker process died, or was cut off from the database: the job is queued again.',
};
