import { sql } from 'kysely';
import type { News, NewsDesk } from '../../jobs/news.ts';
import type { Database } from '../../store/database.ts';
import { askJobs } from '../askJobs.ts';

/** The sweeps whose trials are to be asked for here. */
export async function runningSweeps(database: Database): Promise<readonly string[]> {
  const rows = await database.selectFrom('sweeps').select('id').where(runsHere).orderBy('id').execute();
  return rows.map(({ id }) => id);
}

/** Stops the trials of the sweeps whose time is up, and answers which these are: no more trials are asked for. */
export async function endOverdue(database: Database, now: number, news: NewsDesk): Promise<readonly string[]> {
  const { overdue, told } = await database.transaction().execute(async (transaction) => {
    const ended = await transaction
      .updateTable('sweeps')
      .set({ endedBy: 'seconds' })
      .where(runsHere)
      .where('endedBy', 'is', null)
      .where(sql<boolean>`ran_ms + ${now} - running_since > 1000 * (request ->> '$.maxSeconds')`)
      .returning('id')
      .execute();
    const asked: News[] = [];
    for (const { id } of ended) asked.push(...(await askJobs(transaction, id, 'stop', now)));
    return { overdue: ended, told: asked };
  });
  for (const item of told) news.publish(item);
  return overdue.map(({ id }) => id);
}

/** Written out, so that SQLite uses the index of those that run. */
const runsHere = sql<boolean>`state = 'running' AND request ->> '$.external' = 0`;
