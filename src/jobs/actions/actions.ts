import type { Clock } from '../../kit/clock.ts';
import { mistaken } from '../../kit/contract/validation.ts';
import type { NewsDesk } from '../../notifications/bus.ts';
import type { JobRow } from '../../store/tables.ts';
import { MOST_EPOCHS } from '../../training/schemas/training.ts';
import type { Checkpoints } from '../checkpoints/checkpoints.ts';
import type { Job } from '../schemas.ts';
import type { Action } from '../states.ts';
import { readHyperparameters } from '../submission/requestSchema.ts';
import type { ActionStore } from './actionStore.ts';
import { impossible, wrongState } from './wrongState.ts';

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

export interface JobActionsParts {
  readonly store: ActionStore;
  /** Makes a change that brings a job back into the queue. Throws `queued_jobs_quota` where it has no room. */
  readonly requeue: (change: (store: ActionStore) => Promise<boolean>) => Promise<boolean>;
  readonly checkpoints: Pick<Checkpoints, 'ofJob'>;
  /** Throws when there is none of that id. */
  readonly find: (id: string) => Promise<JobRow>;
  readonly view: (row: JobRow) => Promise<Job>;
  readonly news: NewsDesk;
  readonly clock: Clock;
}

export function createJobActions(parts: JobActionsParts): JobActions {
  const { store, requeue, checkpoints, find, view, news, clock } = parts;
  const act = async (id: string, action: Action, change: (row: JobRow) => Promise<boolean>): Promise<Job> => {
    const changed = await change(await find(id));
    const row = await find(id);
    if (!changed && row.state !== ALREADY_THERE[action]) throw wrongState(row, action);
    if (row.requested && row.state === 'running') news.publish({ kind: 'wish', jobId: id, wish: row.requested });
    if (row.state === 'queued') news.publish({ kind: 'queued' });
    news.publish({ kind: 'changed', jobId: id });
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
        if (last?.finished !== 1) throw impossible(row.trial === null ? NOT_KEPT : NOT_KEPT_OF_TRIAL);
        const done = last.epoch - 1;
        if (after !== undefined && done !== after) throw impossible(`The job has done ${done} epochs, not ${after}.`);
        const extended = longer(row, done, epochs);
        return requeue((queued) => queued.extend(row, extended));
      }),
  };
}

const NOT_KEPT = 'Its last state could not be kept: queue a new job with more epochs.';
/** A sweep would keep thousands, of which hardly one goes on. */
const NOT_KEPT_OF_TRIAL =
  'The job is a trial of a sweep, whose last state is not kept: queue its `hyperparameters` as a new job with more epochs.';

const ALREADY_THERE: Partial<Readonly<Record<Action, JobRow['state']>>> = { pause: 'paused', cancel: 'cancelled' };

/** The job with so many epochs more than it has done. */
function longer({ request, progress }: JobRow, done: number, more: number): Pick<JobRow, 'request' | 'progress'> {
  const epochs = done + more;
  if (epochs > MOST_EPOCHS) {
    const message = `${done} epochs are done and a training has at most ${MOST_EPOCHS}: at most ${MOST_EPOCHS - done} can be added.`;
    throw mistaken('invalid_spec', 'The extension', [{ path: '/epochs', message }]);
  }
  const hyperparameters = readHyperparameters(request);
  const training = { ...hyperparameters.training, epochs };
  // It was written from the type.
  const shown: Job['progress'] = JSON.parse(progress ?? 'null');
  return {
    request: JSON.stringify({ ...hyperparameters, training }),
    progress: shown && JSON.stringify({ ...shown, epoch: done, epochs, fraction: done / epochs, etaSeconds: null }),
  };
}
