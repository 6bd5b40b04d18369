import type { Expression, SqlBool } from 'kysely';
import type { Database } from '../../store/database.ts';
import type { JobState } from '../../store/tables.ts';
import { tell } from '../events/tell.ts';
import { MOST_CRASHES, WORKER_CRASHED } from '../failures.ts';
import { type JobExpressions, NOT_LEASED, progressIfItGoesOn, whereItStands, withoutWish } from '../rows.ts';
import { WORKER_DIED } from './lines.ts';

/**
 * Frees the running jobs that `whose` names, and returns their ids: cancelled or paused where that was asked for, given up when they have cost too
 * many workers without getting on, queued otherwise.
 */
export function takeBack(
  database: Database,
  now: number,
  whose: (eb: JobExpressions) => Expression<SqlBool>,
): Promise<readonly string[]> {
  return database.transaction().execute(async (transaction) => {
    const orphans = (next: JobState) =>
      transaction
        .updateTable('jobs')
        .set({ ...NOT_LEASED, ...withoutWish(next), state: next })
        .set((eb) => ({ crashes: eb('crashes', '+', 1) }))
        .where('state', '=', 'running')
        .where(whose)
        .returning('id');
    const cancelled = await orphans('cancelled').set({ finishedAt: now }).where('requested', '=', 'cancel').execute();
    const failed = await orphans('failed')
      .set({ error: JSON.stringify(WORKER_CRASHED), finishedAt: now })
      .where('crashes', '>=', MOST_CRASHES - 1)
      .execute();
    const paused = await orphans('paused').set(progressIfItGoesOn).where('requested', '=', 'pause').execute();
    const queued = await orphans('queued').set(whereItStands).execute();
    await tell(transaction, idsOf(queued), WORKER_DIED);
    return idsOf([...cancelled, ...failed, ...paused, ...queued]);
  });
}

function idsOf(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => id);
}
