import { type Expression, type SqlBool, sql } from 'kysely';
import { MAX_CRASHES, WORKER_CRASHED } from '../../jobs/failures.ts';
import { recordLogs } from '../../jobs/recordStore.ts';
import { type JobExpressions, moveJobs, progressIfResumable, requeuedProgress } from '../../jobs/transitions.ts';
import type { Database, Queries } from '../../store/database/database.ts';
import { WORKER_LOST, workerDiedLog } from '../progress/logMessages.ts';

/** A condition on running jobs. */
type IsAffected = (eb: JobExpressions) => Expression<SqlBool>;

/** A suspect that has trained alone for so long is cleared by its next checkpoint. */
export const PROBATION_MS = 10_000;
/** After a suspect's process died, the other jobs have so long before a suspect with a death of its own runs again. */
export const COOLDOWN_MS = 30_000;

/**
 * Frees the running jobs that `whose` names, and returns their ids: cancelled or paused where that was requested, queued otherwise. Nothing is
 * counted against them: their leases have run out, or their worker died together with the process that had started it.
 */
export function reclaimLost(database: Database, now: number, isAffected: IsAffected): Promise<readonly string[]> {
  return database.transaction().execute(async (transaction) => {
    const reclaimed = await reclaim(transaction, isAffected, now);
    await recordLogs(transaction, idsOf(reclaimed.queued), [WORKER_LOST]);
    return reclaimed.ids;
  });
}

/**
 * Frees the jobs of worker `owner`, whose process died while the process that had started it lived on, and returns their ids.
 *
 * The rule for what such a death means to the jobs that the worker held:
 * 1. Every one of them becomes a suspect (`suspectAt`). One death proves nothing, as several jobs may have run, or had run before.
 * 2. A suspect runs alone: its worker runs no other job until the suspect has left, or is cleared. Running jobs make way: each stops at its next
 *    checkpoint and is queued again.
 * 3. A death counts against a job (`crashes`) only when it was a suspect already, that is when it ran alone. `MOST_CRASHES` of them fail it as
 *    `worker_crashed`.
 * 4. A checkpoint is progress and sets `crashes` to 0. One that is written after `PROBATION_MS` of training alone clears the suspect, as do the end
 *    of the job, a halt, a retry and an extension.
 * 5. Suspects without a counted death run first. The others wait `REST_MS` after the last counted death if there are jobs that are no suspects, so
 *    neither starves the other.
 *
 * Not counted: a lease that ran out, a worker whose parent is gone, and a worker that was asked to end (see `reclaimLost`).
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
        .set({ error: JSON.stringify(WORKER_CRASHED) })
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
