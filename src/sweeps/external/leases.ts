import { sql } from 'kysely';
import type { NextStep } from '../../search/search.ts';
import type { Database } from '../../store/database/database.ts';
import { assertCurrent } from '../runner/write.ts';
import type { SweepSnapshot } from './searchCache.ts';

/** The first trial whose lease has run out. */
export async function firstExpired(database: Database, id: string, now: number): Promise<number | undefined> {
  const expired = await database
    .selectFrom('trials')
    .select('number')
    .where('sweepId', '=', id)
    .where('state', '=', sql.lit('running'))
    .where('leaseUntil', '<', now)
    .orderBy('number')
    .limit(1)
    .executeTakeFirst();
  return expired?.number;
}

/** Gives it to somebody else. False where another was first. */
export async function renewExpired(
  database: Database,
  id: string,
  number: number,
  now: number,
  leaseMs: number,
): Promise<boolean> {
  const leased = await database
    .updateTable('trials')
    .set({ leaseUntil: now + leaseMs, leaseMs })
    .where('sweepId', '=', id)
    .where('number', '=', number)
    .where('state', '=', 'running')
    .where('leaseUntil', '<', now)
    .executeTakeFirst();
  return leased.numUpdatedRows > 0n;
}

/** Writes the new trial with its leg. Throws Overtaken where somebody else was first. */
export async function insertTrial(
  database: Database,
  snapshot: SweepSnapshot,
  { parameters, limits }: Extract<NextStep, { kind: 'ask' }>,
  now: number,
  leaseMs: number,
): Promise<void> {
  const { row, trials: number, written } = snapshot;
  const trial = {
    sweepId: row.id,
    number,
    parameters: JSON.stringify(parameters),
    state: 'running',
    leaseUntil: now + leaseMs,
    leaseMs,
    createdAt: now,
  } as const;
  const segment = {
    sweepId: row.id,
    number: written,
    trial: number,
    limits: limits.length > 0 ? JSON.stringify(limits) : null,
  };
  await database.transaction().execute(async (transaction) => {
    await assertCurrent(transaction, snapshot);
    await transaction.insertInto('trials').values(trial).execute();
    await transaction.insertInto('legs').values(segment).execute();
  });
}
