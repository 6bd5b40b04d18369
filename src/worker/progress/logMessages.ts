import { MAX_CRASHES } from '../../jobs/failures.ts';
import type { Log } from '../../jobs/schemas.ts';
import type { RunPlan } from '../../training/report.ts';

/** The log line of a training that starts, or that resumes after `done`. */
export function startedLog({ rowsPerEpoch, stepsPerEpoch, epochs, done }: RunPlan, kernels: string): Log {
  const schedule = `${rowsPerEpoch} rows in ${stepsPerEpoch} steps per epoch, at most ${epochs} epochs`;
  if (done.steps === 0)
    return { level: 'info', code: 'training_started', message: `Training started: ${schedule}; kernels: ${kernels}.` };
  const from = `Training resumed from the checkpoint after step ${done.steps}, in epoch ${done.epochs + 1}`;
  return { level: 'info', code: 'training_resumed', message: `${from}: ${schedule}; kernels: ${kernels}.` };
}

/**
 * The log line of a training that ended before its last epoch, by early stopping or by a client.
 */
export function stoppedEarlyLog(epoch: number, epochs: number): Log {
  const message = `Stopped after epoch ${epoch} of ${epochs}.`;
  return { level: 'info', code: 'stopped_early', message };
}

/**
 * The log line of a job whose worker died together with its supervisor, or could not renew its
 * lease.
 */
export const WORKER_LOST: Log = {
  level: 'warning',
  code: 'worker_lost',
  message:
    'The service was killed, the machine stopped, or the worker could not reach the database. The job is queued again. This does not count as a crash of the job.',
};

/**
 * The log line of a job whose worker process died. `crashes`: the deaths while the job ran alone.
 */
export function workerDiedLog(crashes: number): Log {
  const message =
    crashes === 0
      ? 'The worker process died while it ran this job. The job is queued again, and runs alone until it is cleared as the cause.'
      : `The worker process died while it ran this job alone (${crashes} of ${MAX_CRASHES} times without a new checkpoint). The job is queued again.`;
  return { level: 'warning', code: 'worker_died', message };
}

/** The log line of a job that stops temporarily so that a suspect can run alone. */
export const PREEMPTED: Log = {
  level: 'info',
  code: 'preempted',
  message: 'The job is queued while another job runs alone. Then it resumes from its checkpoint.',
};
