import { createActionStore } from '../jobs/actionStore.ts';
import type { NewsDesk } from '../jobs/news.ts';
import type { Database } from '../store/database.ts';

/** What a sweep asks of the jobs of its trials. */
type Wish = 'pause' | 'resume' | 'stop' | 'cancel';

/**
 * Asks the jobs of a sweep that are not over to pause, to go on, to stop with a model of what they have learned (or to be cancelled, where that
 * is nothing), or to be cancelled. Those that wait for the search are left alone, but for cancelling.
 */
export async function askJobs(
  database: Database,
  sweepId: string,
  wish: Wish,
  now: number,
  news: NewsDesk,
): Promise<void> {
  const actions = createActionStore(database);
  const jobs = await database
    .selectFrom('jobs')
    .select(['id', 'state', 'halted'])
    .where('sweepId', '=', sweepId)
    .where('state', 'in', ['queued', 'running', 'paused'])
    .execute();
  for (const { id, halted } of jobs) {
    if (halted === 1 && wish !== 'cancel') continue;
    if (wish === 'pause') await actions.pause(id);
    if (wish === 'resume') await actions.resume(id);
    if (wish === 'stop' && !(await actions.stop(id))) await actions.cancel(id, now);
    if (wish === 'cancel') await actions.cancel(id, now);
    if (wish === 'resume') news.publish({ kind: 'queued' });
    else news.publish({ kind: 'wish', jobId: id, wish });
    news.publish({ kind: 'changed', jobId: id });
  }
}
