import { createActionStore } from '../jobs/actionStore.ts';
import type { Notification } from '../notifications/bus.ts';
import type { Queries } from '../store/database/database.ts';
import { listOpenJobs } from './trials/trialStore.ts';

/** An action of a sweep on the jobs of its trials. */
export type JobAction = 'pause' | 'resume' | 'stop' | 'cancel';

/**
 * Applies the action to the jobs of a sweep that have not ended. `stop` cancels a job that has
 * learned nothing yet. Only `cancel` applies to jobs that wait for a decision of the search.
 * Returns the notifications to publish after the caller's transaction.
 */
export async function applyToJobs(
  queries: Queries,
  sweepId: string,
  action: JobAction,
  now: number,
): Promise<readonly Notification[]> {
  const actions = createActionStore(queries);
  const jobs = await listOpenJobs(queries, sweepId);
  const affected = jobs.filter(({ halted }) => halted === 0 || action === 'cancel');
  for (const { id } of affected) {
    if (action === 'pause') await actions.pause(id);
    if (action === 'resume') await actions.resume(id);
    if (action === 'stop' && !(await actions.stop(id))) await actions.cancel(id, now);
    if (action === 'cancel') await actions.cancel(id, now);
  }
  return affected.flatMap(({ id: jobId }): readonly Notification[] => [
    action === 'resume' ? { kind: 'queued' } : { kind: 'actionRequested', jobId, action },
    { kind: 'changed', jobId },
  ]);
}
