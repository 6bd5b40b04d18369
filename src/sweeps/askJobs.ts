import { createActionStore } from '../jobs/actions/actionStore.ts';
import type { News } from '../notifications/bus.ts';
import type { Queries } from '../store/database.ts';

/** What a sweep asks of the jobs of its trials. */
export type Wish = 'pause' | 'resume' | 'stop' | 'cancel';

/**
 * Asks the jobs of a sweep that are not over to pause, to go on, to stop with a model of what they have learned (or to be cancelled, where that
 * is nothing), or to be cancelled. Those that wait for the search are left alone, but for cancelling. Answers what is to be told once the caller's
 * transaction is through.
 */
export async function askJobs(queries: Queries, sweepId: string, wish: Wish, now: number): Promise<readonly News[]> {
  const actions = createActionStore(queries);
  const jobs = await queries
    .selectFrom('jobs')
    .select(['id', 'halted'])
    .where('sweepId', '=', sweepId)
    .where('state', 'in', ['queued', 'running', 'paused'])
    .execute();
  const asked = jobs.filter(({ halted }) => halted === 0 || wish === 'cancel');
  for (const { id } of asked) {
    if (wish === 'pause') await actions.pause(id);
    if (wish === 'resume') await actions.resume(id);
    if (wish === 'stop' && !(await actions.stop(id))) await actions.cancel(id, now);
    if (wish === 'cancel') await actions.cancel(id, now);
  }
  return asked.flatMap(({ id: jobId }): readonly News[] => [
    wish === 'resume' ? { kind: 'queued' } : { kind: 'wish', jobId, wish },
    { kind: 'changed', jobId },
  ]);
}
