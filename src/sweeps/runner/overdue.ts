import { sql } from 'kysely';
import type { News, NewsDesk } from '../../notifications/bus.ts';
import type { Database } from '../../store/database.ts';
import { askJobs } from '../askJobs.ts';
import { endOutside } from '../external/ending.ts';
import { Overtaken } from './write.ts';

/** The sweeps whose trials are to be asked for here. */
export async function runningSweeps(database: Database): Promise<readonly string[]> {
  const rows = await database.selectFrom('sweeps').select('id').where(runsHere).orderBy('id').execute();
  return rows.map(({ id }) => id);
}

/** Stops the trials of the sweeps whose time is up, and answers which these are: no more trials are asked for. Of trials that run elsewhere nobody hears before they report. */
export async function endOverdue(database: Database, now: number, news: NewsDesk): Promise<readonly string[]> {
  const isOverdue = sql<boolean>`state = 'running' AND ended_by IS NULL
    AND ran_ms + ${now} - running_since > 1000 * (request ->> '$.maxSeconds')`;
  // Nothing is written every second, as it would be by an update of nothing.
  const [first] = await database.selectFrom('sweeps').select('id').where(isOverdue).limit(1).execute();
  if (first === undefined) return [];
  const { overdue, told } = await database.transaction().execute(async (transaction) => {
    const ended = await transaction
      .updateTable('sweeps')
      .set({ endedBy: 'seconds' })
      .where(isOverdue)
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
    .where(({ not, exists, selectFrom }) => {
      const out = selectFrom('trials').select('number').whereRef('sweepId', '=', 'sweeps.id');
      return not(exists(out.where('state', '=', sql.lit('running')).where('leaseUntil', '>=', now)));
    })
    .execute();
  for (const row of waiting) {
    const because = row.endedBy ?? 'seconds';
    try {
      const isOver = await database.transaction().execute((transaction) => endOutside(transaction, row, because, now));
      if (isOver) news.publish({ kind: 'sweep', sweepId: row.id });
    } catch (error) {
      // Whoever was first has ended it, paused it or the like.
      if (!(error instanceof Overtaken)) throw error;
    }
  }
}

/** Written out, so that SQLite uses the index of those that run. */
const runsHere = sql<boolean>`state = 'running' AND request ->> '$.external' = 0`;
