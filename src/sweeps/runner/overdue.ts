import { sql } from 'kysely';
import type { EventBus, Notification } from '../../notifications/bus.ts';
import type { Database } from '../../store/database/database.ts';
import { applyToJobs } from '../applyToJobs.ts';
import { endExternal } from '../external/endExternal.ts';
import { StaleSweepError } from './write.ts';

/** The sweeps whose trials are to be asked for here. */
export async function runningSweeps(database: Database): Promise<readonly string[]> {
  const rows = await database.selectFrom('sweeps').select('id').where(isInternal).orderBy('id').execute();
  return rows.map(({ id }) => id);
}

/** Stops the trials of the sweeps whose time is up, and answers which these are: no more trials are asked for. Of trials that run elsewhere nobody hears before they report. */
export async function endOverdue(database: Database, now: number, bus: EventBus): Promise<readonly string[]> {
  const isOverdue = sql<boolean>`state = 'running' AND ended_by IS NULL
    AND ran_ms + ${now} - running_since > 1000 * (request ->> '$.maxSeconds')`;
  // Nothing is written every second, as it would be by an update of nothing.
  const [first] = await database.selectFrom('sweeps').select('id').where(isOverdue).limit(1).execute();
  if (first === undefined) return [];
  const { overdue, changes } = await database.transaction().execute(async (transaction) => {
    const ended = await transaction
      .updateTable('sweeps')
      .set({ endedBy: 'seconds' })
      .where(isOverdue)
      .returning('id')
      .execute();
    const asked: Notification[] = [];
    for (const { id } of ended) asked.push(...(await applyToJobs(transaction, id, 'stop', now)));
    return { overdue: ended, changes: asked };
  });
  for (const item of changes) bus.publish(item);
  return overdue.map(({ id }) => id);
}

/** Ends the sweeps whose time is up and whose trials somebody else ran, as soon as these are told of or their leases have run out. */
export async function endOverdueExternal(database: Database, now: number, bus: EventBus): Promise<void> {
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
    const reason = row.endedBy ?? 'seconds';
    try {
      const isOver = await database.transaction().execute((transaction) => endExternal(transaction, row, reason, now));
      if (isOver) bus.publish({ kind: 'sweep', sweepId: row.id });
    } catch (error) {
      // Whoever was first has ended it, paused it or the like.
      if (!(error instanceof StaleSweepError)) throw error;
    }
  }
}

/** Written out, so that SQLite uses the index of those that run. */
const isInternal = sql<boolean>`state = 'running' AND request ->> '$.external' = 0`;
