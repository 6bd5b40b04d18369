import type { Database } from '../../store/database/database.ts';

/** The number of queued and of running jobs of a project, or of all projects. */
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

/** The number of jobs in each state that any job has. */
export async function countByState(database: Database): Promise<ReadonlyMap<string, number>> {
  const rows = await database
    .selectFrom('jobs')
    .select((eb) => ['state' as const, eb.fn.countAll<number>().as('jobs')])
    .groupBy('state')
    .execute();
  return new Map(rows.map(({ state, jobs }) => [state, jobs]));
}

/** When the oldest queued job was created, in milliseconds since 1970. Null: the queue is empty. */
export async function oldestQueued(database: Database): Promise<number | null> {
  const row = await database
    .selectFrom('jobs')
    .select((eb) => eb.fn.min('createdAt').as('createdAt'))
    .where('state', '=', 'queued')
    .executeTakeFirst();
  return row?.createdAt ?? null;
}
