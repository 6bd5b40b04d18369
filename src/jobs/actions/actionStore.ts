import type { Kysely } from 'kysely';
import type { Database } from '../../store/database.ts';
import type { JobRow, JobState, JobWish, Tables } from '../../store/tables.ts';
import { ATTEMPT_GOES_ON, hasCheckpoint, type JobExpressions, NO_SUSPECT, whereItStands } from '../rows.ts';
import { ACTIONS } from '../states.ts';
import { checkQueued } from '../store.ts';

/** What clients ask of jobs, each in one transaction. False: the job was in no state for it, and nothing has changed. */
export interface ActionStore {
  pause(id: string): Promise<boolean>;
  resume(id: string): Promise<boolean>;
  stop(id: string): Promise<boolean>;
  cancel(id: string, now: number): Promise<boolean>;
  retry(id: string): Promise<boolean>;
  /** Queues the job again, as long as it is still as `before` says. */
  extend(before: JobRow, longer: Pick<JobRow, 'request' | 'progress'>): Promise<boolean>;
}

export function createActionStore(database: Kysely<Tables>): ActionStore {
  const job = (id: string) => database.updateTable('jobs').where('id', '=', id);

  return {
    pause: (id) =>
      changed(
        job(id)
          .set(askOrMove('pause', 'paused'))
          .where('state', 'in', ACTIONS.pause)
          .where((eb) => eb.or([eb('requested', 'is', null), eb('requested', '=', 'pause')])),
      ),

    async resume(id) {
      const withdrawn = job(id)
        .set({ requested: null })
        .where('state', '=', 'running')
        .where('requested', '=', 'pause');
      if (await changed(withdrawn)) return true;
      return changed(
        job(id)
          .set({ state: 'queued', halted: 0, attempts: ATTEMPT_GOES_ON })
          .set((eb) => ({ halt: eb.case().when('sweepId', 'is', null).then(null).else(eb.ref('halt')).end() }))
          .set(whereItStands)
          .where('state', 'in', ACTIONS.resume)
          .where((eb) => eb.or([eb('halted', '=', 0), eb('sweepId', 'is', null)])),
      );
    },

    stop: (id) =>
      changed(
        job(id)
          .set(askOrMove('stop', 'queued'))
          .set({ halted: 0 })
          .where('state', 'in', ACTIONS.stop)
          .where('requested', 'is distinct from', 'cancel')
          .where((eb) => eb.or([eb('state', '=', 'running'), hasCheckpoint(eb)])),
      ),

    cancel: (id, now) =>
      changed(
        job(id)
          .set(askOrMove('cancel', 'cancelled'))
          .set((eb) => ({ finishedAt: unlessRunning(eb, now, null) }))
          .where('state', 'in', ACTIONS.cancel),
      ),

    retry: (id) =>
      changed(
        job(id)
          .set({ ...QUEUED_AGAIN, halted: 0, error: null })
          .set(whereItStands)
          .where('state', 'in', ACTIONS.retry)
          .where('datasetId', 'is not', null),
      ),

    extend: ({ id, request }, longer) =>
      changed(
        job(id)
          .set({ ...QUEUED_AGAIN, ...longer, startedAt: null })
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
  mostQueued: number | null,
  change: (store: ActionStore) => Promise<boolean>,
): Promise<boolean> {
  return database.transaction().execute(async (transaction) => {
    const moved = await change(createActionStore(transaction));
    if (moved && mostQueued !== null) await checkQueued(transaction, project, mostQueued);
    return moved;
  });
}

/** Its sweep has what it wanted of it: from here on nobody looks at it where it would halt. */
const QUEUED_AGAIN = { state: 'queued', halt: null, finishedAt: null, ...NO_SUSPECT } as const;

/** A running job's worker is asked for it; any other job comes into the state at once, which a worker may have to do the rest for. */
function askOrMove(wish: JobWish, next: JobState) {
  return (eb: JobExpressions) => ({
    state: unlessRunning(eb, next, 'running'),
    requested: unlessRunning(eb, next === 'queued' ? wish : null, wish),
  });
}

function unlessRunning<const Value, const Running>(eb: JobExpressions, value: Value, running: Running) {
  return eb.case().when('state', '=', 'running').then(running).else(value).end();
}

async function changed(update: { executeTakeFirst(): Promise<{ numUpdatedRows: bigint }> }): Promise<boolean> {
  const { numUpdatedRows } = await update.executeTakeFirst();
  return numUpdatedRows > 0n;
}
