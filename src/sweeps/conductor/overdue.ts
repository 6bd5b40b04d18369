import { sql } from 'kysely';
import type { News, NewsDesk } from '../../jobs/news.ts';
import type { Database } from '../../store/database.ts';
import { endOutside } from '../asking/ending.ts';
import { askJobs } from '../askJobs.ts';

/** The sweeps whose trials are to be asked for here. */
export async function runningSweeps(database: Database): Promise<readonly string[]> {
  const rows = await database.selectFrom('sweeps').select('id').where(runsHere).orderBy('id').execute();
  return rows.map(({ id }) => id);
}

/** Stops the trials of the sweeps whose time is up, and answers which these are: no more trials are asked for. Of trials that run elsewhere nobody hears before they report. */
export async function endOverdue(database: Database, now: number, news: NewsDesk): Promise<readonly string[]> {
  const { overdue, told } = await database.transaction().execute(async (transaction) => {
    const ended = await transaction
      .updateTable('sweeps')
      .set({ endedBy: 'seconds' })
      .where(sql<boolean>`state = 'running'`)
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

/** Ends the sweeps whose time is up and whose trials somebody else ran, as soon as these are told of or their leases have run out. */
export async function endOverdueOutside(database: Database, now: number, news: NewsDesk): Promise<void> {
  const waiting = await database
    .selectFrom('sweeps')
    .selectAll()
    .where(sql<boolean>`state = 'running' AND request ->> '$.external' = 1`)
    .where('endedBy', 'is not', null)
    .execute();
  for (const row of waiting) {
    const because = row.endedBy ?? 'seconds';
    const isOver = await database.transaction().execute((transaction) => endOutside(transaction, row, because, now));
    if (isOver) news.publish({ kind: 'sweep', sweepId: row.id });
  }
}

/** Written out, so that SQLite uses the index of those that run. */
const runsHere = sql<boolean>`state = 'running' AND request ->> '$.external' = 0`;
