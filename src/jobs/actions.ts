import type { Clock } from '../kit/clock.ts';
import { invalid } from '../kit/contract/validation.ts';
import type { EventBus } from '../notifications/bus.ts';
import { fromNullableJson, toJson, toNullableJson } from '../store/database/json.ts';
import type { CheckpointRow, JobRow } from '../store/database/tables.ts';
import { ensembleNetworks } from '../training/schemas/ensemble.ts';
import { MAX_EPOCHS } from '../training/schemas/training.ts';
import type { ActionStore } from './actionStore.ts';
import type { Checkpoints } from './checkpoints/checkpoints.ts';
import { withSmallerSteps } from './divergenceFix.ts';
import type { Job } from './schemas.ts';
import type { Action } from './states.ts';
import { isEnsemble, type JobHyperparameters, readJobHyperparameters } from './submission/requestSchema.ts';
import { wrongState, wrongStateError } from './wrongState.ts';

/**
 * The actions of clients on jobs. Each throws `job_wrong_state` if the state does not allow it; the
 * error names the actions that are possible.
 */
export interface JobActions {
  /** A running job writes a checkpoint at its next step. Pausing a paused job changes nothing. */
  pause(id: string): Promise<Job>;
  /** Queues a paused job, or withdraws a pause that is still requested. */
  resume(id: string): Promise<Job>;
  /** Ends the training and creates the model of its best epoch so far. */
  stop(id: string): Promise<Job>;
  /** Cancelling a cancelled job changes nothing. */
  cancel(id: string): Promise<Job>;
  /**
   * With `fix`, a job that failed because its loss diverged is queued with smaller steps. Throws
   * `job_wrong_state` if it failed for another reason, or is a trial of a sweep.
   */
  retry(id: string, fix?: boolean): Promise<Job>;
  /**
   * Trains `epochs` more after the last epoch, which must be `after` if given. Throws
   * `invalid_spec` above the limit of epochs.
   */
  extend(id: string, epochs: number, after?: number): Promise<Job>;
}

export interface JobActionsDeps {
  readonly store: ActionStore;
  /**
   * Makes a change that queues a job again. Throws `queued_jobs_quota` at the limit of queued jobs.
   */
  readonly requeue: (change: (store: ActionStore) => Promise<boolean>) => Promise<boolean>;
  readonly checkpoints: Pick<Checkpoints, 'ofJob'>;
  /** Throws if there is no job with that id. */
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
    retry: (id, fix = false) =>
      act(id, 'retry', (row) => {
        const request = fix ? fixedRequest(row) : row.request;
        return requeue((queued) => queued.retry(row, request));
      }),
    extend: (id, epochs, after) =>
      act(id, 'extend', async (row) => {
        if (row.state !== 'succeeded') return false;
        const last = lastOfMembers(await checkpoints.ofJob(id));
        if (last.length === 0 || last.some(({ finished }) => finished !== 1))
          throw wrongStateError(row.trial === null ? NO_LAST_CHECKPOINT : NO_TRIAL_CHECKPOINT);
        const done = last.reduce((sum, { epoch }) => sum + epoch - 1, 0);
        if (after !== undefined && done !== after)
          throw wrongStateError(`The job has completed ${done} epochs, not ${after}.`);
        const extended = extendedJob(row, last, epochs);
        return requeue((queued) => queued.extend(row, extended));
      }),
  };
}

/** The request of a job that diverged, with smaller steps. */
function fixedRequest({ state, error, request, trial }: JobRow): string {
  if (trial !== null) throw wrongStateError(NO_FIX_OF_TRIAL);
  const code = fromNullableJson<NonNullable<Job['error']>>(error)?.code;
  if (state !== 'failed' || code !== 'loss_diverged') throw wrongStateError(NOTHING_TO_FIX);
  return toJson(withSmallerSteps(readJobHyperparameters(request)));
}

const NOTHING_TO_FIX =
  'Only a job that failed with the code loss_diverged has a fix: retry it without `fix`, or queue a new job.';
const NO_FIX_OF_TRIAL =
  'The job is a trial of a sweep, which chose its hyperparameters: queue them as a new job with a smaller learning rate.';
const NO_LAST_CHECKPOINT = 'The last checkpoint of the job could not be stored: queue a new job with more epochs.';
/** A sweep would store thousands of checkpoints, and hardly any of them would be used. */
const NO_TRIAL_CHECKPOINT =
  'The job is a trial of a sweep, and trials store no last checkpoint: queue its `hyperparameters` as a new job with more epochs.';

const TARGET_STATES: Partial<Readonly<Record<Action, JobRow['state']>>> = { pause: 'paused', cancel: 'cancelled' };

/** The last checkpoint of each network; `rows` has the latest step first. */
function lastOfMembers(rows: readonly CheckpointRow[]): readonly CheckpointRow[] {
  return rows.filter(({ member }, index) => rows.findIndex((row) => row.member === member) === index);
}

/** The columns of the job with `more` epochs after those that are complete, for each network. */
function extendedJob(
  { request, progress }: JobRow,
  last: readonly CheckpointRow[],
  more: number,
): Pick<JobRow, 'request' | 'progress'> {
  const doneBy = new Map(last.map(({ member, epoch }) => [member, epoch - 1]));
  const mostDone = Math.max(...doneBy.values());
  if (mostDone + more > MAX_EPOCHS) {
    const message = `The job has completed ${mostDone} epochs, and a training has at most ${MAX_EPOCHS}: at most ${MAX_EPOCHS - mostDone} can be added.`;
    throw invalid('invalid_spec', 'The extension', [{ path: '/epochs', message }]);
  }
  const extended = extendedHyperparameters(readJobHyperparameters(request), doneBy, more);
  const done = sum([...doneBy.values()]);
  const epochs = sum(epochsOf(extended));
  const before = fromNullableJson<NonNullable<Job['progress']>>(progress);
  const after = before && { ...before, epoch: done, epochs, fraction: done / epochs, etaSeconds: null };
  return { request: toJson(extended), progress: toNullableJson(after) };
}

/** A network that has left its ensemble has no checkpoint, and gets no more epochs. */
function extendedHyperparameters(
  job: JobHyperparameters,
  doneBy: ReadonlyMap<number, number>,
  more: number,
): JobHyperparameters {
  if (!isEnsemble(job)) return { ...job, training: { ...job.training, epochs: (doneBy.get(0) ?? 0) + more } };
  const networks = ensembleNetworks(job).map(({ member }, index) => ({ member, done: doneBy.get(index + 1) ?? -1 }));
  const members = job.ensemble.members.map((member, index) => {
    // Of several folds, the one that has trained for most epochs.
    const done = Math.max(...networks.filter((each) => each.member === index + 1).map((each) => each.done));
    const epochs = done < 0 ? member.training.epochs : done + more;
    return { ...member, training: { ...member.training, epochs } };
  });
  return { ...job, ensemble: { ...job.ensemble, members } };
}

function epochsOf(job: JobHyperparameters): readonly number[] {
  return isEnsemble(job) ? ensembleNetworks(job).map(({ spec }) => spec.training.epochs) : [job.training.epochs];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
