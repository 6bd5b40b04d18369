import { sql } from 'kysely';
import { FAILED } from '../../search/search.ts';
import type { Queries } from '../../store/database/database.ts';
import type { SweepEnd, SweepRow } from '../../store/database/tables.ts';
import { readSettings } from '../request/settings.ts';
import { finishSweep, lockRunning, ranUntil } from '../runner/write.ts';

const MS_PER_SECOND = 1000;
const LEASE_EXPIRED = {
  code: 'lease_expired',
  message: 'Nobody has told what came of it before its lease ran out and the sweep ended.',
};

export function isOverdue(row: SweepRow, now: number): boolean {
  const { maxSeconds } = readSettings(row.request);
  return row.state === 'running' && maxSeconds !== null && ranUntil(row, now).ranMs > maxSeconds * MS_PER_SECOND;
}

/**
 * Ends a sweep whose trials somebody else runs, unless one is still out; where the time is up, those whose lease has run out count as failed. False:
 * it goes on until the others are told of, or their leases run out. Throws Overtaken where it does not run (so) any more.
 */
export async function endExternal(queries: Queries, row: SweepRow, reason: SweepEnd, now: number): Promise<boolean> {
  await lockRunning(queries, row);
  if (reason === 'seconds') await failExpired(queries, row.id, now);
  const out = await queries
    .selectFrom('trials')
    .select('number')
    .where('sweepId', '=', row.id)
    .where('state', '=', sql.lit('running'))
    .limit(1)
    .executeTakeFirst();
  if (out !== undefined) return false;
  await finishSweep(queries, row, reason, now);
  return true;
}

async function failExpired(queries: Queries, sweepId: string, now: number): Promise<void> {
  const expired = await queries
    .updateTable('trials')
    .set({
      state: 'failed',
      error: JSON.stringify(LEASE_EXPIRED),
      objective: null,
      objectives: null,
      finishedAt: now,
      leaseUntil: null,
    })
    .where('sweepId', '=', sweepId)
    .where('state', '=', sql.lit('running'))
    .where('leaseUntil', '<', now)
    .returning('number')
    .execute();
  await queries
    .updateTable('legs')
    .set({ result: JSON.stringify(FAILED) })
    .where('sweepId', '=', sweepId)
    .where(
      'trial',
      'in',
      expired.map(({ number }) => number),
    )
    .where('result', 'is', null)
    .execute();
}
