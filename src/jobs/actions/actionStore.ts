import type { Kysely } from 'kysely';
import type { Database } from '../../store/database.ts';
import type { JobRow, JobState, RequestedAction, Tables } from '../../store/tables.ts';
import { hasCheckpoint, type JobExpressions, NOT_SUSPECT, requeuedProgress, SAME_ATTEMPT } from '../jobFragments.ts';
import { ACTIONS } from '../states.ts';
import { assertQueueLimit } from '../store.ts';

/** What clients ask of jobs, each in one transaction. False: the job was in no state for it, and nothing has changed. */
export interface ActionStore {
  pause(id: string): Promise<boolean>;
  resume(id: string): Promise<boolean>;
  stop(id: string): Promise<boolean>;
  cancel(id: string, now: number): Promise<boolean>;
  retry(id: string): Promise<boolean>;
  /** Queues the job again, as long as it is still as `before` says. */
  extend(before: JobRow, extended: Pick<JobRow, 'request' | 'progress'>): Promise<boolean>;
}

export function createActionStore(database: Kysely<Tables>): ActionStore {
  const job = (id: string) => database.updateTable('jobs').where('id', '=', id);

  return {
    pause: (id) =>
      hasChanged(
        job(id)
          .set(requestOrMove('pause', 'paused'))
          .where('state', 'in', ACTIONS.pause)
          .where((eb) => eb.or([eb('requested', 'is', null), eb('requested', '=', 'pause')])),
      ),

    async resume(id) {
      const withdrawn = job(id)
        .set({ requested: null })
        .where('state', '=', 'running')
        .where('requested', '=', 'pause');
      if (await hasChanged(withdrawn)) return true;
      return hasChanged(
        job(id)
          .set({ state: 'queued', halted: 0, attempts: SAME_ATTEMPT })
          .set((eb) => ({ halt: eb.case().when('sweepId', 'is', null).then(null).else(eb.ref('halt')).end() }))
          .set(requeuedProgress)
          .where('state', 'in', ACTIONS.resume)
          .where((eb) => eb.or([eb('halted', '=', 0), eb('sweepId', 'is', null)])),
      );
    },

    stop: (id) =>
      hasChanged(
        job(id)
          .set(requestOrMove('stop', 'queued'))
          .set({ halted: 0 })
          .where('state', 'in', ACTIONS.stop)
          .where('requested', 'is distinct from', 'cancel')
          .where((eb) => eb.or([eb('state', '=', 'running'), hasCheckpoint(eb)])),
      ),

    cancel: (id, now) =>
      hasChanged(
        job(id)
          .set(requestOrMove('cancel', 'cancelled'))
          .set((eb) => ({ finishedAt: unlessRunning(eb, now, null) }))
          .where('state', 'in', ACTIONS.cancel),
      ),

    retry: (id) =>
      hasChanged(
        job(id)
          .set({ ...QUEUED_AGAIN, halted: 0, error: null })
          .set(requeuedProgress)
          .where('state', 'in', ACTIONS.retry)
          .where('datasetId', 'is not', null),
      ),

    extend: ({ id, request }, extended) =>
      hasChanged(
        job(id)
          .set({ ...QUEUED_AGAIN, ...extended, startedAt: null })
          .where('state', 'in', ACTIONS.extend)
          .where('request', '=', request)
          .where('datasetId', 'is not', null),
      ),
  };
}

/** Makes a change that brings a job back into the queue of its project, where more than `mostQueued` may not wait; all or nothing. */
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

/** Its sweep has what it wanted of it: from here on nobody looks at it where it would halt. */
const QUEUED_AGAIN = { state: 'queued', halt: null, finishedAt: null, ...NOT_SUSPECT } as const;

/** A running job's worker is asked for it; any other job comes into the state at once, which a worker may have to do the rest for. */
function requestOrMove(action: RequestedAction, next: JobState) {
  return (eb: JobExpressions) => ({
    state: unlessRunning(eb, next, 'running'),
    requested: unlessRunning(eb, next === 'queued' ? action : null, action),
  });
}

function unlessRunning<const Value, const Running>(eb: JobExpressions, value: Value, running: Running) {
  return eb.case().when('state', '=', 'running').then(running).else(value).end();
}

async function hasChanged(update: { executeTakeFirst(): Promise<{ numUpdatedRows: bigint }> }): Promise<boolean> {
  const { numUpdatedRows } = await update.executeTakeFirst();
  return numUpdatedRows > 0n;
}
