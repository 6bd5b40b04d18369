import type { Clock } from '../kit/clock.ts';
import { invalid } from '../kit/contract/validation.ts';
import type { EventBus } from '../notifications/bus.ts';
import type { JobRow } from '../store/database/tables.ts';
import { MAX_EPOCHS } from '../training/schemas/training.ts';
import type { ActionStore } from './actionStore.ts';
import type { Checkpoints } from './checkpoints/checkpoints.ts';
import type { Job } from './schemas.ts';
import type { Action } from './states.ts';
import { readHyperparameters } from './submission/requestSchema.ts';
import { wrongState, wrongStateError } from './wrongState.ts';

/** What clients ask of jobs. Each throws `job_wrong_state` where it is not possible, which says what is. */
export interface JobActions {
  /** A running job leaves a checkpoint at its next step; to pause a paused job changes nothing. */
  pause(id: string): Promise<Job>;
  /** Queues a paused job; a pause that has not come about is withdrawn. */
  resume(id: string): Promise<Job>;
  /** Ends the training and makes the model of its best epoch so far. */
  stop(id: string): Promise<Job>;
  /** To cancel a cancelled job changes nothing. */
  cancel(id: string): Promise<Job>;
  retry(id: string): Promise<Job>;
  /** Goes on for so many epochs after the last, `after` where it is given. Throws `invalid_spec` where that is more than a training may have. */
  extend(id: string, epochs: number, after?: number): Promise<Job>;
}

export interface JobActionsDeps {
  readonly store: ActionStore;
  /** Makes a change that brings a job back into the queue. Throws `queued_jobs_quota` where it has no room. */
  readonly requeue: (change: (store: ActionStore) => Promise<boolean>) => Promise<boolean>;
  readonly checkpoints: Pick<Checkpoints, 'ofJob'>;
  /** Throws when there is none of that id. */
  readonly find: (id: string) => Promise<JobRow>;
  readonly view: (row: JobRow) => Promise<Job>;
  readonly bus: EventBus;
  readonly clock: Clock;
}

export function createJobActions(deps: JobActionsDeps): JobActions {
  const { store, requeue, checkpoints, find, view, bus, clock } = deps;
  const act = async (id: string, action: Action, change: (row: JobRow) => Promise<boolean>): Promise<Job> => {
    const changed = await change(await find(id));
    const row = await find(id);
    if (!changed && row.state !== TARGET_STATES[action]) throw wrongState(row, action);
    if (row.requested && row.state === 'running')
      bus.publish({ kind: 'actionRequested', jobId: id, action: row.requested });
    if (row.state === 'queued') bus.publish({ kind: 'queued' });
    bus.publish({ kind: 'changed', jobId: id });
    return view(row);
  };

  return {
    pause: (id) => act(id, 'pause', () => store.pause(id)),
    resume: (id) =>
      act(id, 'resume', ({ state }) =>
        state === 'running' ? store.resume(id) : requeue((queued) => queued.resume(id)),
      ),
    stop: (id) => act(id, 'stop', () => store.stop(id)),
    cancel: (id) => act(id, 'cancel', () => store.cancel(id, clock())),
    retry: (id) => act(id, 'retry', () => requeue((queued) => queued.retry(id))),
    extend: (id, epochs, after) =>
      act(id, 'extend', async (row) => {
        if (row.state !== 'succeeded') return false;
        const [last] = await checkpoints.ofJob(id);
        if (last?.finished !== 1) throw wrongStateError(row.trial === null ? NO_LAST_CHECKPOINT : NO_TRIAL_CHECKPOINT);
        const done = last.epoch - 1;
        if (after !== undefined && done !== after)
          throw wrongStateError(`The job has done ${done} epochs, not ${after}.`);
        const extended = extendedJob(row, done, epochs);
        return requeue((queued) => queued.extend(row, extended));
      }),
  };
}

const NO_LAST_CHECKPOINT = 'Its last state could not be kept: queue a new job with more epochs.';
/** A sweep would keep thousands, of which hardly one goes on. */
const NO_TRIAL_CHECKPOINT =
  'The job is a trial of a sweep, whose last state is not kept: queue its `hyperparameters` as a new job with more epochs.';

const TARGET_STATES: Partial<Readonly<Record<Action, JobRow['state']>>> = { pause: 'paused', cancel: 'cancelled' };

/** The job with so many epochs more than it has done. */
function extendedJob({ request, progress }: JobRow, done: number, more: number): Pick<JobRow, 'request' | 'progress'> {
  const epochs = done + more;
  if (epochs > MAX_EPOCHS) {
    const message = `${done} epochs are done and a training has at most ${MAX_EPOCHS}: at most ${MAX_EPOCHS - done} can be added.`;
    throw invalid('invalid_spec', 'The extension', [{ path: '/epochs', message }]);
  }
  const hyperparameters = readHyperparameters(request);
  const training = { ...hyperparameters.training, epochs };
  // It was written from the type.
  const parsed: Job['progress'] = JSON.parse(progress ?? 'null');
  return {
    request: JSON.stringify({ ...hyperparameters, training }),
    progress: parsed && JSON.stringify({ ...parsed, epoch: done, epochs, fraction: done / epochs, etaSeconds: null }),
  };
}
