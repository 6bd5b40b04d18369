import { type Database, inTransaction, type Queries } from '../store/database/database.ts';
import type { JobRow, RequestedAction } from '../store/database/tables.ts';
import { ACTIONS } from './states.ts';
import { assertQueueLimit } from './store.ts';
import { hasCheckpoint, moveJobs, NOT_SUSPECT, requeuedProgress, SAME_ATTEMPT } from './transitions.ts';

/**
 * The actions of clients on jobs, each in one transaction. A running job gets a request, which its
 * worker performs; any other job is moved at once. False: the job was in no state for the action,
 * and nothing has changed.
 */
export interface ActionStore {
  pause(id: string): Promise<boolean>;
  resume(id: string): Promise<boolean>;
  stop(id: string): Promise<boolean>;
  cancel(id: string, now: number): Promise<boolean>;
  /** With another request, unless the request is no longer that of `before`. */
  retry(before: Pick<JobRow, 'id' | 'request'>, request: string): Promise<boolean>;
  /** Queues the job again, unless its request is no longer that of `before`. */
  extend(before: JobRow, extended: Pick<JobRow, 'request' | 'progress'>): Promise<boolean>;
}

export function createActionStore(queries: Queries): ActionStore {
  /**
   * Requests the action of the worker of a running job, or of the one that will claim a queued job.
   */
  const request = (transaction: Queries, id: string, action: RequestedAction | null) =>
    transaction.updateTable('jobs').set({ requested: action }).where('id', '=', id);

  return {
    pause: (id) =>
      inTransaction(queries, async (transaction) => {
        const requested = request(transaction, id, 'pause')
          .where('state', '=', 'running')
          .where((eb) => eb.or([eb('requested', 'is', null), eb('requested', '=', 'pause')]));
        if (await hasChanged(requested)) return true;
        const moved = await moveJobs(transaction, { to: 'paused', from: ['queued'] }, (jobs) =>
          jobs.where('id', '=', id).where('requested', 'is', null),
        );
        return moved.length > 0;
      }),

    resume: (id) =>
      inTransaction(queries, async (transaction) => {
        const withdrawn = request(transaction, id, null)
          .where('state', '=', 'running')
          .where('requested', '=', 'pause');
        if (await hasChanged(withdrawn)) return true;
        const moved = await moveJobs(transaction, { to: 'queued', from: ACTIONS.resume }, (jobs) =>
          jobs
            .set({ attempts: SAME_ATTEMPT })
            .set((eb) => ({
              stopRule: eb.case().when('sweepId', 'is', null).then(null).else(eb.ref('stopRule')).end(),
            }))
            .set(requeuedProgress)
            .where('id', '=', id)
            .where((eb) => eb.or([eb('halted', '=', 0), eb('sweepId', 'is', null)])),
        );
        return moved.length > 0;
      }),

    stop: (id) =>
      inTransaction(queries, async (transaction) => {
        const requested = request(transaction, id, 'stop')
          .where('requested', 'is distinct from', 'cancel')
          .where((eb) => eb.or([eb('state', '=', 'running'), eb.and([eb('state', '=', 'queued'), hasCheckpoint(eb)])]));
        if (await hasChanged(requested)) return true;
        const moved = await moveJobs(transaction, { to: 'queued', from: ['paused'] }, (jobs) =>
          jobs.set({ requested: 'stop' }).where('id', '=', id).where(hasCheckpoint),
        );
        return moved.length > 0;
      }),

    cancel: (id, now) =>
      inTransaction(queries, async (transaction) => {
        if (await hasChanged(request(transaction, id, 'cancel').where('state', '=', 'running'))) return true;
        const moved = await moveJobs(transaction, { to: 'cancelled', from: ['queued', 'paused'], now }, (jobs) =>
          jobs.where('id', '=', id),
        );
        return moved.length > 0;
      }),

    async retry({ id, request: before }, request) {
      const moved = await moveJobs(queries, { to: 'queued', from: ACTIONS.retry }, (jobs) =>
        jobs
          .set({ stopRule: null, ...NOT_SUSPECT, request })
          .set(requeuedProgress)
          .where('id', '=', id)
          .where('request', '=', before)
          .where('datasetId', 'is not', null),
      );
      if (moved.length === 0) return false;
      // The networks that have left an ensemble are trained again, with those that have not.
      const diverged = queries.deleteFrom('jobMembers').where('state', '=', 'diverged');
      await diverged.where('jobId', '=', id).execute();
      return true;
    },

    async extend({ id, request }, extended) {
      const moved = await moveJobs(queries, { to: 'queued', from: ACTIONS.extend }, (jobs) =>
        jobs
          // The sweep of a trial does not pause it again.
          .set({ stopRule: null, ...NOT_SUSPECT, ...extended, startedAt: null })
          .where('id', '=', id)
          .where('request', '=', request)
          .where('datasetId', 'is not', null),
      );
      if (moved.length === 0) return false;
      // The networks of an ensemble resume, although their training was complete.
      const ofMembers = queries.updateTable('checkpoints').set({ finished: 0 }).where('member', '>', 0);
      await ofMembers.where('jobId', '=', id).execute();
      return true;
    },
  };
}

/**
 * Makes a change that queues a job of the project again, all or nothing. Throws ServiceError
 * `queued_jobs_quota` when more than `maxQueued` jobs would be queued.
 */
export function requeue(
  database: Database,
  project: string,
  maxQueued: number | null,
  change: (store: ActionStore) => Promise<boolean>,
): Promise<boolean> {
  return database.transaction().execute(async (transaction) => {
    const moved = await change(createActionStore(transaction));
    if (moved && maxQueued !== null) await assertQueueLimit(transaction, project, maxQueued);
    return moved;
  });
}

async function hasChanged(update: { executeTakeFirst(): Promise<{ numUpdatedRows: bigint }> }): Promise<boolean> {
  const { numUpdatedRows } = await update.executeTakeFirst();
  return numUpdatedRows > 0n;
}
