import type { Database } from '../store/database/database.ts';

/** How many jobs wait and how many train; of all projects, when none is named. */
export async function countJobs(
  database: Database,
  project?: string,
): Promise<{ readonly queued: number; readonly running: number }> {
  let query = database
    .selectFrom('jobs')
    .select(['state', (eb) => eb.fn.countAll<number>().as('jobs')])
    .where('state', 'in', ['queued', 'running'])
    .groupBy('state');
  if (project !== undefined) query = query.where('project', '=', project);
  const rows = await query.execute();
  const counts = new Map(rows.map(({ state, jobs }) => [state, jobs]));
  return { queued: counts.get('queued') ?? 0, running: counts.get('running') ?? 0 };
}
