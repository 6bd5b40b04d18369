import { sql } from 'kysely';
import type { Next } from '../../search/search.ts';
import type { Database } from '../../store/database.ts';
import { demandRunning } from '../runner/write.ts';
import type { Standing } from './searches.ts';

/** The first trial whose lease has run out. */
export async function firstLost(database: Database, id: string, now: number): Promise<number | undefined> {
  const lost = await database
    .selectFrom('trials')
    .select('number')
    .where('sweepId', '=', id)
    .where('state', '=', sql.lit('running'))
    .where('leaseUntil', '<', now)
    .orderBy('number')
    .limit(1)
    .executeTakeFirst();
  return lost?.number;
}

/** Gives it to somebody else. False where another was first. */
export async function leaseAgain(
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
export async function writeAsked(
  database: Database,
  standing: Standing,
  { parameters, limits }: Extract<Next, { do: 'ask' }>,
  now: number,
  leaseMs: number,
): Promise<void> {
  const { row, trials: number, written } = standing;
  const trial = {
    sweepId: row.id,
    number,
    parameters: JSON.stringify(parameters),
    state: 'running',
    leaseUntil: now + leaseMs,
    leaseMs,
    createdAt: now,
  } as const;
  const leg = {
    sweepId: row.id,
    number: written,
    trial: number,
    limits: limits.length > 0 ? JSON.stringify(limits) : null,
  };
  await database.transaction().execute(async (transaction) => {
    await demandRunning(transaction, standing);
    await transaction.insertInto('trials').values(trial).execute();
    await transaction.insertInto('legs').values(leg).execute();
  });
}
