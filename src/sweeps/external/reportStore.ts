/** Queries on the reports of external trials. */
import { sql } from 'kysely';
import type { Queries } from '../../store/database/database.ts';
import { toJson } from '../../store/database/json.ts';
import type { Objective } from '../request/objective.ts';

/** The objective of a trial after an epoch, as its client reported it. */
export interface Report {
  readonly epoch: number;
  readonly objective: number;
}

interface NewReport extends Report {
  readonly sweepId: string;
  readonly trial: number;
}

/**
 * Writes a report, which replaces an earlier one of the same epoch, and sets the objective of the
 * trial to the best report. Renews the lease from `now` on; null: does not. False: the trial is not
 * running.
 */
export async function insertReport(
  queries: Queries,
  { sweepId, trial, epoch, objective }: NewReport,
  { metric, goal }: Objective,
  now: number | null,
): Promise<boolean> {
  const running = queries
    .updateTable('trials')
    .where('sweepId', '=', sweepId)
    .where('number', '=', trial)
    .where('state', '=', 'running');
  const updated = await running
    .set({
      epochs: sql<number>`max(coalesce(epochs, 0), ${epoch})`,
      ...(now !== null && { leaseUntil: sql<number>`max(lease_until, ${now} + coalesce(lease_ms, 0))` }),
    })
    .executeTakeFirst();
  if (updated.numUpdatedRows === 0n) return false;
  await queries
    .insertInto('trialReports')
    .values({ sweepId, trial, epoch, objective })
    .onConflict((conflict) => conflict.columns(['sweepId', 'trial', 'epoch']).doUpdateSet({ objective }))
    .execute();
  // The database finds the best report, because a trial can have tens of thousands of reports.
  const { best } = await queries
    .selectFrom('trialReports')
    .select(({ fn }) => (goal === 'minimize' ? fn.min('objective') : fn.max('objective')).as('best'))
    .where('sweepId', '=', sweepId)
    .where('trial', '=', trial)
    .executeTakeFirstOrThrow();
  await running.set({ objective: best, objectives: toJson({ [metric]: best }) }).execute();
  return true;
}

/** The reports of a trial in the order of epochs, up to epoch `last` if it is given. */
export function listReports(
  queries: Queries,
  sweepId: string,
  trial: number,
  last = Number.MAX_SAFE_INTEGER,
): Promise<readonly Report[]> {
  return queries
    .selectFrom('trialReports')
    .select(['epoch', 'objective'])
    .where('sweepId', '=', sweepId)
    .where('trial', '=', trial)
    .where('epoch', '<=', last)
    .orderBy('epoch')
    .execute();
}
