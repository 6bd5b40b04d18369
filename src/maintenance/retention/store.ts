import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../store/database/tables.ts';

/** The same SQL as in the partial indexes of `jobs`. Final jobs always have `finished_at`. */
const endedBefore = (ms: number) => sql`state IN ('succeeded', 'failed', 'cancelled') AND finished_at < ${ms}`;

/**
 * Deletes expired rows, few at once so that no request waits long, and none of a job that was
 * queued again.
 */
export interface RetentionStore {
  /** Returns the number of deleted rows, as the next two do; 0: none are left. */
  deleteEvents(endedBeforeMs: number, limit: number): Promise<number>;
  /** Forgets the idempotency keys of requests. */
  deleteIdempotencyKeys(createdBeforeMs: number, limit: number): Promise<number>;
  /**
   * Deletes the oldest sweeps with their trials. The jobs of the trials are deleted as other jobs
   * are.
   */
  deleteSweeps(endedBeforeMs: number, limit: number): Promise<number>;
  /** The oldest job that finished before, except jobs of unfinished sweeps. */
  oldJob(endedBeforeMs: number): Promise<string | undefined>;
  /** Returns the files of the deleted rows. */
  deleteCheckpoints(endedBeforeMs: number, limit: number): Promise<readonly string[]>;
  deleteLosses(jobId: string, endedBeforeMs: number, limit: number): Promise<number>;
  /**
   * Deletes a job and, with `withModels`, its models without an alias. Returns the files of its
   * checkpoints.
   */
  deleteJob(jobId: string, endedBeforeMs: number, withModels: boolean): Promise<readonly string[]>;
}

export function createRetentionStore(database: Kysely<Tables>): RetentionStore {
  return {
    async deleteEvents(endedBeforeMs, limit) {
      // The last event of a job is its final state, which later readers of the stream need.
      const { rows } = await sql<{ id: number }>`
        DELETE FROM events WHERE id IN (
          SELECT old.id FROM jobs JOIN events AS old ON old.job_id = jobs.id
          WHERE ${endedBefore(endedBeforeMs)} AND old.id < (SELECT max(id) FROM events WHERE job_id = jobs.id)
          LIMIT ${limit}
        ) RETURNING id`.execute(database);
      return rows.length;
    },

    async deleteIdempotencyKeys(createdBeforeMs, limit) {
      const { rows } = await sql<{ key: string }>`
        DELETE FROM idempotency_keys WHERE (caller, key) IN (
          SELECT caller, key FROM idempotency_keys WHERE created_at <= ${createdBeforeMs} LIMIT ${limit}
        ) RETURNING key`.execute(database);
      return rows.length;
    },

    async deleteSweeps(endedBeforeMs, limit) {
      const { rows } = await sql<{ id: string }>`
        SELECT id FROM sweeps WHERE ${endedBefore(endedBeforeMs)} ORDER BY id LIMIT ${limit}`.execute(database);
      const ids = rows.map(({ id }) => id);
      await database.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('segments').where('sweepId', 'in', ids).execute();
        await transaction.deleteFrom('sweeps').where('id', 'in', ids).where('finishedAt', '<', endedBeforeMs).execute();
      });
      return ids.length;
    },

    async oldJob(endedBeforeMs) {
      const { rows } = await sql<{ id: string }>`
        SELECT id FROM jobs WHERE ${endedBefore(endedBeforeMs)} AND NOT EXISTS (
          SELECT 1 FROM sweeps WHERE sweeps.id = jobs.sweep_id AND sweeps.state IN ('running', 'paused')
        ) ORDER BY id LIMIT 1`.execute(database);
      return rows[0]?.id;
    },

    async deleteCheckpoints(endedBeforeMs, limit) {
      const { rows } = await sql<{ file: string }>`
        DELETE FROM checkpoints WHERE (job_id, step) IN (
          SELECT job_id, step FROM jobs JOIN checkpoints ON job_id = jobs.id
          WHERE ${endedBefore(endedBeforeMs)} LIMIT ${limit}
        ) RETURNING file`.execute(database);
      return rows.map(({ file }) => file);
    },

    async deleteLosses(jobId, endedBeforeMs, limit) {
      const { rows } = await sql<{ epoch: number }>`
        DELETE FROM losses WHERE (job_id, epoch) IN (
          SELECT job_id, epoch FROM losses WHERE job_id = ${jobId} LIMIT ${limit}
        ) AND EXISTS (SELECT 1 FROM jobs WHERE id = ${jobId} AND ${endedBefore(endedBeforeMs)})
        RETURNING epoch`.execute(database);
      return rows.length;
    },

    deleteJob: (jobId, endedBeforeMs, withModels) =>
      database.transaction().execute(async (transaction) => {
        const { rows } = await sql<{ id: string }>`
          SELECT id FROM jobs WHERE id = ${jobId} AND ${endedBefore(endedBeforeMs)}`.execute(transaction);
        if (rows.length === 0) return [];
        const checkpoints = await transaction
          .selectFrom('checkpoints')
          .select('file')
          .where('jobId', '=', jobId)
          .execute();
        if (withModels) {
          await transaction
            .deleteFrom('models')
            .where('jobId', '=', jobId)
            .where('id', 'not in', (eb) => eb.selectFrom('aliases').select('modelId'))
            .execute();
        }
        await transaction.deleteFrom('jobs').where('id', '=', jobId).execute();
        return checkpoints.map(({ file }) => file);
      }),
  };
}
