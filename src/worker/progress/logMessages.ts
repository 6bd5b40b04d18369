import { MAX_CRASHES } from '../../jobs/failures.ts';
import type { Log } from '../../jobs/schemas.ts';
import type { RunPlan } from '../../training/report.ts';

/** What the readers of a job's events are told when its training begins, or goes on behind the epochs that are done. */
export function startedLog({ rowsPerEpoch, stepsPerEpoch, epochs, done }: RunPlan, kernels: string): Log {
  const schedule = `${rowsPerEpoch} rows in ${stepsPerEpoch} steps an epoch, for ${epochs} epochs at most`;
  if (done.steps === 0)
    return { level: 'info', code: 'training_started', message: `Trains on ${schedule}; kernels: ${kernels}.` };
  const from = `Goes on from the checkpoint behind step ${done.steps}, in epoch ${done.epochs + 1}`;
  return { level: 'info', code: 'training_resumed', message: `${from}: ${schedule}; kernels: ${kernels}.` };
}

/** What they are told when epochs are spared, by early stopping or by a client. */
export function stoppedEarlyLog(epoch: number, epochs: number): Log {
  const message = `Stopped after epoch ${epoch} of ${epochs}.`;
  return { level: 'info', code: 'stopped_early', message };
}

/** The worker and its supervisor are gone, or the worker could not renew its lease. */
export const WORKER_LOST: Log = {
  level: 'warning',
  code: 'worker_lost',
  message:
    'The service was killed, the machine stopped, or the worker lost the database: the job is queued again. This does not count against the job.',
};

/** The worker process died with the job in it; `crashes` counts the deaths while the job ran alone. */
export function workerDiedLog(crashes: number): Log {
  const message =
    crashes === 0
      ? 'The worker process died while it ran this job: the job is queued again, and runs alone until it is known not to be the cause.'
      : `The worker process died while it ran this job alone (${crashes} of ${MAX_CRASHES} times without a new checkpoint): the job is queued again.`;
  return { level: 'warning', code: 'worker_died', message };
}

/** The job stops for a while so that a suspect can run alone. */
export const PREEMPTED: Log = {
  level: 'info',
  code: 'made_way',
  message: 'The job waits while another job runs alone, and then resumes from its checkpoint.',
};
