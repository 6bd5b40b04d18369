import type { Database } from '../store/database.ts';

/** How many jobs wait and how many train. */
export async function countJobs(database: Database): Promise<{ readonly queued: number; readonly running: number }> {
  const rows = await database
    .selectFrom('jobs')
    .select(['state', (eb) => eb.fn.countAll<number>().as('jobs')])
    .where('state', 'in', ['queued', 'running'])
    .groupBy('state')
    .execute();
  const counts = new Map(rows.map(({ state, jobs }) => [state, jobs]));
  return { queued: counts.get('queued') ?? 0, running: counts.get('running') ?? 0 };
}
