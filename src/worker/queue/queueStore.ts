import { sql } from 'kysely';
import type { Failure } from '../../jobs/failures.ts';
import { recordLogs } from '../../jobs/recordStore.ts';
import {
  hasCheckpoint,
  type JobExpressions,
  type Move,
  type MovedJob,
  moveJobs,
  NOT_SUSPECT,
  progressIfResumable,
  requeuedProgress,
  warningLogs,
} from '../../jobs/transitions.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Warning } from '../../kit/warning.ts';
import type { Database, Queries } from '../../store/database/database.ts';
import { jsonField, toJson } from '../../store/database/json.ts';
import { writeWithRelaxedDurability } from '../../store/database/relaxedDurability.ts';
import type { JobRow, RequestedAction } from '../../store/database/tables.ts';
import type { Checkpoint } from '../../training/checkpoint/checkpoint.ts';
import type { Monitor } from '../../training/schemas/monitors.ts';
import { reclaimLost } from './reclaimStore.ts';
import { findDiverged, resetMembers, resetToCheckpoint } from './resetStore.ts';
import { dueSuspect } from './suspectStore.ts';

/**
 * A worker that has not renewed its lease for this long counts as dead. Long enough for a disk that
 * hangs for a while.
 */
export const LEASE_MS = 15_000;

const CLAIMED = [
  'id',
  'project',
  'name',
  'datasetId',
  'request',
  'warnings',
  'attempts',
  'memoryBytes',
  'requested',
  'stopRule',
  'trial',
  'suspectAt',
] as const;
export interface ClaimedJob extends Pick<JobRow, (typeof CLAIMED)[number]> {
  /** When it was last queued, in milliseconds since 1970. Null: the event was deleted. */
  readonly queuedAt: number | null;
  /**
   * Whether a checkpoint exists from which it may resume. A job without one shows no progress while
   * it is queued.
   */
  readonly hasCheckpoint: 0 | 1;
}

export interface Lease {
  readonly id: string;
  readonly requested: RequestedAction | null;
}

interface Trained {
  /** The epochs of this attempt. Losses of later epochs, from an attempt before, are deleted. */
  readonly epochs: number;
  readonly warnings: readonly Warning[];
}

/** Runs changes in one transaction. */
type Transact = <Result>(changes: (queries: Queries) => Promise<Result>) => Promise<Result>;

/**
 * The queue for one worker: claims jobs and releases them. Every statement checks that this worker
 * still has the lease.
 */
export interface Queue {
  /**
   * Claims the job at the head of the queue if it needs at most `freeBytes`: small jobs do not
   * overtake a large one. The head has the highest priority, then the project with the fewest
   * running jobs, then no trial, then the lowest id. Projects at their limit of running jobs and
   * the jobs of `except` are skipped. Undefined also while a suspect may run, because it needs a
   * worker without other jobs.
   */
  claim(freeBytes: number, except?: readonly string[]): Promise<ClaimedJob | undefined>;
  /** Whether a queued suspect may run now, once this worker runs no other job. */
  hasDueSuspect(): Promise<boolean>;
  /**
   * Claims that suspect, however much memory it needs. Only for a worker that runs no other job.
   */
  claimSuspect(): Promise<ClaimedJob | undefined>;
  /**
   * Sets the progress of a job to that of the checkpoint, or to none. `monitor` names the metric of
   * its best epoch.
   */
  resetToCheckpoint(id: string, checkpoint: Checkpoint | null, monitor: Monitor): Promise<void>;
  /** Deletes the losses of the networks of an ensemble after the epochs from which they resume. */
  resetMembers(id: string, epochs: ReadonlyMap<number, number>): Promise<void>;
  /** The networks of an ensemble that have diverged, each with the message of its log line. */
  findDiverged(id: string, folds: number): Promise<ReadonlyMap<number, string>>;
  /**
   * Writes the progress of a job and resets the count of its crashes. Undefined: the job is no
   * longer leased to this worker. `isCleared`: it is no longer a suspect either.
   */
  writeProgress<Result>(
    id: string,
    isCleared: boolean,
    write: (queries: Queries) => Promise<Result>,
  ): Promise<Result | undefined>;
  /**
   * Renews and returns all leases of this worker. A job that is missing is no longer leased to it.
   */
  renew(): Promise<readonly Lease[]>;
  /**
   * Reclaims the jobs of other workers whose lease has expired, and returns their ids. This
   * worker's own leases are excluded: after the machine was suspended, it renews them if no other
   * worker has reclaimed them.
   */
  reclaimExpired(): Promise<readonly string[]>;
  /** Reclaims all jobs of a worker that is known to be dead, and returns their ids. */
  reclaimFrom(owner: string): Promise<readonly string[]>;
  /** All workers that have a lease. */
  owners(): Promise<readonly string[]>;
  /**
   * Releases a job that is not complete: cancelled or paused if that was requested, else queued.
   */
  release(id: string): Promise<void>;
  /** Releases a job that its stop rule has paused. A request of a client has precedence. */
  halt(id: string): Promise<void>;
  fail(id: string, failure: Failure): Promise<void>;
  /**
   * Saves the model and ends the job, both or neither, in a transaction of its own or in that of
   * `transact`. False: the job was cancelled, or is no longer leased to this worker.
   */
  succeed(
    id: string,
    trained: Trained,
    save: (queries: Queries) => Promise<string>,
    transact?: Transact,
  ): Promise<boolean>;
}

/** The queue for the worker `owner`. Leases expire by `clock`. */
export function createQueue(database: Database, owner: string, clock: Clock): Queue {
  /** Moves a job that is still leased to this worker: it is running. */
  const moveOwn = (queries: Queries, id: string, move: Move, choose = (jobs: JobUpdate) => jobs) =>
    moveJobs(queries, move, (jobs) => choose(jobs.where('id', '=', id).where('leaseOwner', '=', owner)));

  const ownTransaction: Transact = (changes) => database.transaction().execute(changes);
  const release = (id: string, halted: boolean) =>
    database.transaction().execute(async (transaction) => {
      await moveOwn(transaction, id, { to: 'cancelled', now: clock() }, (jobs) =>
        jobs.where('requested', '=', 'cancel'),
      );
      await moveOwn(transaction, id, { to: 'paused' }, (jobs) =>
        jobs.set(progressIfResumable).where('requested', '=', 'pause'),
      );
      if (halted) {
        await moveOwn(transaction, id, { to: 'paused' }, (jobs) =>
          jobs
            .set({ halted: 1, ...NOT_SUSPECT })
            .set(progressIfResumable)
            .where('requested', 'is', null),
        );
      }
      // The job did not cause the stop, so this was no attempt.
      await moveOwn(transaction, id, { to: 'queued' }, (jobs) =>
        jobs.set(requeuedProgress).set((eb) => ({ attempts: eb('attempts', '-', 1) })),
      );
    });

  /** A claim may be lost on power failure: the job is then still queued. */
  const claim = (choose: (queries: Queries, jobs: JobUpdate) => JobUpdate) =>
    writeWithRelaxedDurability(database, async (queries) => {
      const now = clock();
      const [claimed] = await moveJobs(queries, { to: 'running' }, (jobs) =>
        choose(queries, jobs)
          .set((eb) => ({
            leaseOwner: owner,
            leaseUntil: now + LEASE_MS,
            attempts: eb('attempts', '+', 1),
            startedAt: now,
          }))
          .returning(CLAIMED)
          .returning(queuedAt(queries).as('queuedAt'))
          .returning((eb) => sql<0 | 1>`${hasCheckpoint(eb)}`.as('hasCheckpoint')),
      );
      return claimed;
    });

  return {
    claim: (freeBytes, except = []) =>
      claim((queries, jobs) =>
        jobs
          .where('id', '=', (eb) => headOfQueue(eb, except))
          .where('memoryBytes', '<=', freeBytes)
          .where(({ not, exists }) => not(exists(dueSuspect(queries, owner, clock())))),
      ),

    async hasDueSuspect() {
      const due = await dueSuspect(database, owner, clock()).executeTakeFirst();
      return due !== undefined;
    },

    claimSuspect: () => claim((queries, jobs) => jobs.where('id', '=', dueSuspect(queries, owner, clock()))),

    resetToCheckpoint: (id, checkpoint, monitor) => resetToCheckpoint(database, owner, id, checkpoint, monitor),

    resetMembers: (id, epochs) => resetMembers(database, owner, id, epochs),
    findDiverged: (id, folds) => findDiverged(database, id, folds),

    writeProgress(id, isCleared, write) {
      return database.transaction().execute(async (transaction) => {
        const leased = await transaction
          .updateTable('jobs')
          .set(isCleared ? NOT_SUSPECT : { crashes: 0 })
          .where('id', '=', id)
          .where('leaseOwner', '=', owner)
          .executeTakeFirst();
        return leased.numUpdatedRows > 0n ? write(transaction) : undefined;
      });
    },

    renew() {
      return database
        .updateTable('jobs')
        .set({ leaseUntil: clock() + LEASE_MS })
        .where('state', '=', 'running')
        .where('leaseOwner', '=', owner)
        .returning(['id', 'requested'])
        .execute();
    },

    reclaimExpired: () =>
      reclaimLost(database, clock(), (eb) => eb.and([eb('leaseUntil', '<', clock()), eb('leaseOwner', '!=', owner)])),
    reclaimFrom: (dead) => reclaimLost(database, clock(), (eb) => eb('leaseOwner', '=', dead)),

    async owners() {
      const rows = await database
        .selectFrom('jobs')
        .select('leaseOwner')
        .distinct()
        .where('state', '=', 'running')
        .execute();
      return rows.flatMap(({ leaseOwner }) => leaseOwner ?? []);
    },

    release: (id) => release(id, false),
    halt: (id) => release(id, true),

    async fail(id, failure) {
      await moveOwn(database, id, { to: 'failed', now: clock() }, (jobs) => jobs.set({ error: toJson(failure) }));
    },

    succeed(id, { epochs, warnings }, save, transact = ownTransaction) {
      return transact(async (transaction) => {
        // Changes nothing, but from here on no other process can cancel or claim the job.
        const leased = await transaction
          .updateTable('jobs')
          .set({ leaseOwner: owner })
          .where('id', '=', id)
          .where('state', '=', 'running')
          .where('leaseOwner', '=', owner)
          .where('requested', 'is distinct from', 'cancel')
          .returning('warnings')
          .executeTakeFirst();
        if (leased === undefined) return false;
        const modelId = await save(transaction);
        await transaction.deleteFrom('losses').where('jobId', '=', id).where('epoch', '>', epochs).execute();
        const all = toJson(warnings);
        // Before the state: a final state is the last event of a job.
        await recordLogs(transaction, [id], addedLogs(leased.warnings, all));
        await moveOwn(transaction, id, { to: 'succeeded', now: clock() }, (jobs) =>
          jobs.set({ modelId, warnings: all }),
        );
        return true;
      });
    },
  };
}

type JobUpdate = Parameters<Parameters<typeof moveJobs<MovedJob>>[2]>[0];

/** The warnings of `after` that are not in `before`, both JSON, as log lines. */
function addedLogs(before: string, after: string) {
  const known = new Set(warningLogs(before).map((log) => JSON.stringify(log)));
  return warningLogs(after).filter((log) => !known.has(JSON.stringify(log)));
}

/**
 * Releases all running jobs, as their workers do when they stop. Only for a database that no worker
 * uses.
 */
export async function releaseAllJobs(database: Database, clock: Clock): Promise<void> {
  const running = database.selectFrom('jobs').select(['id', 'leaseOwner']).where('state', '=', 'running');
  for (const { id, leaseOwner } of await running.execute()) {
    if (leaseOwner !== null) await createQueue(database, leaseOwner, clock).release(id);
  }
}

/** When the job was last queued. */
function queuedAt(queries: Queries) {
  return sql<number | null>`(
    SELECT created_at FROM events
    WHERE job_id = jobs.id AND type = 'state' AND ${jsonField(queries, 'data', 'state')} = 'queued'
    ORDER BY after_epoch DESC, id DESC LIMIT 1
  )`;
}

/**
 * The id of the job to claim next: the best of the first jobs of the projects that may run one
 * more. The states are literals, not bound values, so that the partial indexes `jobs_queue` and
 * `jobs_running` are used: one search a project, however long the queue is.
 */
function headOfQueue(eb: JobExpressions, except: readonly string[]) {
  const running = sql<number>`(SELECT count(*) FROM jobs WHERE state = 'running' AND project = projects.name)`;
  return eb
    .selectFrom('projects')
    .innerJoin('jobs as head', (join) =>
      join.on('head.id', '=', (on) =>
        on
          .selectFrom('jobs as waiting')
          .select('waiting.id')
          .where('waiting.state', '=', sql.lit('queued'))
          .where('waiting.suspectAt', 'is', null)
          .whereRef('waiting.project', '=', 'projects.name')
          .$if(except.length > 0, (waiting) => waiting.where('waiting.id', 'not in', except))
          .orderBy('waiting.priority', 'desc')
          .orderBy(sql`(waiting.trial IS NOT NULL)`)
          .orderBy('waiting.id')
          .limit(1),
      ),
    )
    .select('head.id')
    .where((where) =>
      where.or([where('projects.runningJobs', 'is', null), where('projects.runningJobs', '>', running)]),
    )
    .orderBy('head.priority', 'desc')
    .orderBy(running)
    .orderBy(sql`(head.trial IS NOT NULL)`)
    .orderBy('head.id')
    .limit(1);
}
