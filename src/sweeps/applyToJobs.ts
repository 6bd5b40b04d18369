import { createActionStore } from '../jobs/actionStore.ts';
import type { Notification } from '../notifications/bus.ts';
import type { Queries } from '../store/database/database.ts';

/** What a sweep asks of the jobs of its trials. */
export type JobAction = 'pause' | 'resume' | 'stop' | 'cancel';

/**
 * Asks the jobs of a sweep that are not over to pause, to go on, to stop with a model of what they have learned (or to be cancelled, where that
 * is nothing), or to be cancelled. Those that wait for the search are left alone, but for cancelling. Answers what is to be told once the caller's
 * transaction is through.
 */
export async function applyToJobs(
  queries: Queries,
  sweepId: string,
  action: JobAction,
  now: number,
): Promise<readonly Notification[]> {
  const actions = createActionStore(queries);
  const jobs = await queries
    .selectFrom('jobs')
    .select(['id', 'halted'])
    .where('sweepId', '=', sweepId)
    .where('state', 'in', ['queued', 'running', 'paused'])
    .execute();
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
