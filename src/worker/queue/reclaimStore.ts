import { type Expression, type SqlBool, sql } from 'kysely';
import { MAX_CRASHES, WORKER_CRASHED } from '../../jobs/failures.ts';
import { recordLogs } from '../../jobs/recordStore.ts';
import { type JobExpressions, moveJobs, progressIfResumable, requeuedProgress } from '../../jobs/transitions.ts';
import type { Database, Queries } from '../../store/database/database.ts';
import { toJson } from '../../store/database/json.ts';
import { WORKER_LOST, workerDiedLog } from '../progress/logMessages.ts';

/** A condition on running jobs. */
type IsAffected = (eb: JobExpressions) => Expression<SqlBool>;

/** A suspect that has trained alone for this long is cleared by its next checkpoint. */
export const PROBATION_MS = 10_000;
/**
 * After a counted crash, other jobs run for this long before a suspect with counted crashes runs
 * again.
 */
export const COOLDOWN_MS = 30_000;

/**
 * Reclaims the running jobs that `isAffected` selects, and returns their ids: cancelled or paused
 * if that was requested, else queued. No crash is counted: their leases have expired, or their
 * worker died together with its supervisor.
 */
export function reclaimLost(database: Database, now: number, isAffected: IsAffected): Promise<readonly string[]> {
  return database.transaction().execute(async (transaction) => {
    const reclaimed = await reclaim(transaction, isAffected, now);
    await recordLogs(transaction, idsOf(reclaimed.queued), [WORKER_LOST]);
    return reclaimed.ids;
  });
}

/**
 * Reclaims the jobs of worker `owner`, whose process died while its supervisor lived on, and
 * returns their ids.
 *
 * The rules for the jobs that were leased to the worker:
 * 1. Each becomes a suspect (`suspectAt`). One death is no proof: several jobs may have run, or had
 *    run before.
 * 2. A suspect runs alone: its worker runs no other job until the suspect has ended or is cleared.
 *    Running jobs are preempted: each stops at its next checkpoint and is queued again.
 * 3. A death counts as a crash (`crashes`) only if the job was a suspect already, because it then
 *    ran alone. `MAX_CRASHES` of them fail the job as `worker_crashed`.
 * 4. A checkpoint is progress and sets `crashes` to 0. A checkpoint after `PROBATION_MS` of
 *    training alone clears the suspect, as do the end of the job, a halt, a retry and an extension.
 * 5. Suspects without a counted crash run first. The others wait `COOLDOWN_MS` after the last
 *    counted crash if there are jobs that are no suspects, so that neither starves the other.
 *
 * Not counted: an expired lease, a worker whose supervisor is gone, and a worker that was asked to
 * stop (`reclaimLost`).
 */
export function reclaimCrashed(database: Database, now: number, owner: string): Promise<readonly string[]> {
  const isAffected = (eb: JobExpressions) => eb('leaseOwner', '=', owner);
  return database.transaction().execute(async (transaction) => {
    const ranAlone = sql<number>`(suspect_at IS NOT NULL)`;
    await transaction
      .updateTable('jobs')
      .set((eb) => ({ suspectAt: now, crashes: eb('crashes', '+', ranAlone) }))
      .where('state', '=', 'running')
      .where(isAffected)
      .execute();
    const failed = await moveJobs(transaction, { to: 'failed', from: ['running'], now }, (jobs) =>
      jobs
        .set({ error: toJson(WORKER_CRASHED) })
        .where(isAffected)
        .where('crashes', '>=', MAX_CRASHES)
        .where('requested', 'is distinct from', 'cancel'),
    );
    const reclaimed = await reclaim(transaction, isAffected, now);
    for (const [crashes, jobs] of Map.groupBy(reclaimed.queued, (job) => job.crashes)) {
      await recordLogs(transaction, idsOf(jobs), [workerDiedLog(crashes)]);
    }
    return [...idsOf(failed), ...reclaimed.ids];
  });
}

async function reclaim(queries: Queries, isAffected: IsAffected, now: number) {
  const cancelled = await moveJobs(queries, { to: 'cancelled', from: ['running'], now }, (jobs) =>
    jobs.where(isAffected).where('requested', '=', 'cancel'),
  );
  const paused = await moveJobs(queries, { to: 'paused', from: ['running'] }, (jobs) =>
    jobs.set(progressIfResumable).where(isAffected).where('requested', '=', 'pause'),
  );
  const queued = await moveJobs(queries, { to: 'queued', from: ['running'] }, (jobs) =>
    jobs.set(requeuedProgress).where(isAffected).returning('crashes'),
  );
  return { queued, ids: idsOf([...cancelled, ...paused, ...queued]) };
}

function idsOf(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => id);
}
