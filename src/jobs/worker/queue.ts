import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { Clock } from '../../kit/clock.ts';
import type { Warning } from '../../kit/warning.ts';
import type { Database, Queries } from '../../store/database.ts';
import type { JobRow, JobState, Tables } from '../../store/tables.ts';
import { type Failure, MOST_ATTEMPTS, WORKER_CRASHED } from '../failures.ts';
import { canMoveTo } from '../states.ts';

/** A worker that has not renewed its lease for so long is taken for dead. Long enough for a disk that hangs for a while. */
export const LEASE_MS = 15_000;

export type ClaimedJob = Pick<
  JobRow,
  'id' | 'name' | 'datasetId' | 'request' | 'warnings' | 'attempts' | 'memoryBytes'
>;

interface Lease {
  readonly id: string;
  readonly cancelRequested: boolean;
}

/** How a worker takes jobs out of the queue and gives them back; every statement checks that the lease is still its own. */
export interface Queue {
  /** The job at the head of the queue, if it needs at most `freeBytes`: a large job is not overtaken by small ones. */
  claim(freeBytes: number): Promise<ClaimedJob | undefined>;
  /** Deletes the epochs of an attempt that did not end: the job starts again from the first. */
  forgetLosses(id: string): Promise<void>;
  /** Makes every lease of this worker last on. A job that is not among the answers is no longer this worker's. */
  renew(): Promise<readonly Lease[]>;
  /** Returns the ids of the jobs whose lease has run out and that are queued again, cancelled or given up. */
  takeBackExpired(): Promise<readonly string[]>;
  /** The same for all jobs of a worker that is known to be dead. */
  takeBackFrom(owner: string): Promise<readonly string[]>;
  /** Every worker that holds a lease. */
  owners(): Promise<readonly string[]>;
  /** Queues a job again that was stopped by no fault of its own; the attempt does not count. */
  putBack(id: string): Promise<void>;
  cancel(id: string): Promise<void>;
  fail(id: string, failure: Failure): Promise<void>;
  /** Saves the model and ends the job, both or neither. False when the job was cancelled or is no longer this worker's. */
  succeed(id: string, warnings: readonly Warning[], save: (queries: Queries) => Promise<string>): Promise<boolean>;
}

/** The queue as the worker `owner` sees it; `clock` says when leases run out. */
export function createQueue(database: Database, owner: string, clock: Clock): Queue {
  /** The job on its way to `next`, as long as it is still this worker's. */
  const moving = (queries: Queries, id: string, next: JobState) =>
    queries
      .updateTable('jobs')
      .set({ ...RELEASED, state: next })
      .where('id', '=', id)
      .where('state', 'in', canMoveTo[next])
      .where('leaseOwner', '=', owner);

  return {
    claim(freeBytes) {
      const now = clock();
      return database
        .updateTable('jobs')
        .set((eb) => ({
          state: 'running',
          leaseOwner: owner,
          leaseUntil: now + LEASE_MS,
          attempts: eb('attempts', '+', 1),
          startedAt: now,
        }))
        .where('id', '=', headOfQueue)
        .where('memoryBytes', '<=', freeBytes)
        .returning(['id', 'name', 'datasetId', 'request', 'warnings', 'attempts', 'memoryBytes'])
        .executeTakeFirst();
    },

    async forgetLosses(id) {
      await database.deleteFrom('losses').where('jobId', '=', id).execute();
    },

    async renew() {
      const rows = await database
        .updateTable('jobs')
        .set({ leaseUntil: clock() + LEASE_MS })
        .where('state', '=', 'running')
        .where('leaseOwner', '=', owner)
        .returning(['id', 'cancelRequested'])
        .execute();
      return rows.map(({ id, cancelRequested }) => ({ id, cancelRequested: cancelRequested === 1 }));
    },

    takeBackExpired: () => takeBack(database, clock(), (eb) => eb('leaseUntil', '<', clock())),
    takeBackFrom: (dead) => takeBack(database, clock(), (eb) => eb('leaseOwner', '=', dead)),

    async owners() {
      const rows = await database
        .selectFrom('jobs')
        .select('leaseOwner')
        .distinct()
        .where('state', '=', 'running')
        .execute();
      return rows.flatMap(({ leaseOwner }) => leaseOwner ?? []);
    },

    async putBack(id) {
      await moving(database, id, 'queued')
        .set(FROM_THE_START)
        .set((eb) => ({ attempts: eb('attempts', '-', 1) }))
        .execute();
    },

    async cancel(id) {
      await moving(database, id, 'cancelled').set({ finishedAt: clock() }).execute();
    },

    async fail(id, failure) {
      await moving(database, id, 'failed')
        .set({ error: JSON.stringify(failure), finishedAt: clock() })
        .execute();
    },

    succeed(id, warnings, save) {
      return database.transaction().execute(async (transaction) => {
        const ended = await moving(transaction, id, 'succeeded')
          .set({ finishedAt: clock(), warnings: JSON.stringify(warnings) })
          .where('cancelRequested', '=', 0)
          .executeTakeFirst();
        if (ended.numUpdatedRows === 0n) return false;
        const modelId = await save(transaction);
        await transaction.updateTable('jobs').set({ modelId }).where('id', '=', id).execute();
        return true;
      });
    },
  };
}

const RELEASED = { leaseOwner: null, leaseUntil: null } as const;
const FROM_THE_START = {
  startedAt: null,
  progress: null,
  latest: null,
  best: null,
} as const;

type JobExpressions = ExpressionBuilder<Tables, 'jobs'>;

/** The id of the job to take next. The state is written out, not bound, so that SQLite uses the partial index `jobs_queue`. */
function headOfQueue(eb: JobExpressions) {
  return eb
    .selectFrom('jobs')
    .select('id')
    .where('state', '=', sql.lit('queued'))
    .orderBy('priority', 'desc')
    .orderBy('id')
    .limit(1);
}

/** Frees the running jobs that `whose` names: cancelled where that was asked for, given up after the last attempt, queued otherwise. */
function takeBack(
  database: Database,
  now: number,
  whose: (eb: JobExpressions) => Expression<SqlBool>,
): Promise<readonly string[]> {
  return database.transaction().execute(async (transaction) => {
    const orphans = (next: JobState) =>
      transaction
        .updateTable('jobs')
        .set({ ...RELEASED, state: next })
        .where('state', '=', 'running')
        .where(whose)
        .returning('id');
    const cancelled = await orphans('cancelled').set({ finishedAt: now }).where('cancelRequested', '=', 1).execute();
    const failed = await orphans('failed')
      .set({ error: JSON.stringify(WORKER_CRASHED), finishedAt: now })
      .where('attempts', '>=', MOST_ATTEMPTS)
      .execute();
    const queued = await orphans('queued').set(FROM_THE_START).execute();
    return [...cancelled, ...failed, ...queued].map(({ id }) => id);
  });
}
