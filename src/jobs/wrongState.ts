import { ServiceError } from '../kit/contract/errors.ts';
import type { JobRow, JobState, RequestedAction } from '../store/database/tables.ts';
import { ACTIONS, type Action } from './states.ts';

type JobStatus = Pick<JobRow, 'state' | 'requested' | 'halted' | 'sweepId'>;

const DONE: Readonly<Record<Action, string>> = {
  pause: 'paused',
  resume: 'resumed',
  stop: 'stopped',
  cancel: 'cancelled',
  retry: 'retried',
  extend: 'extended',
  delete: 'deleted',
};

/** The actions that are possible while another one is requested. */
const ALLOWED_WHILE_REQUESTED: Readonly<Record<RequestedAction, readonly Action[]>> = {
  cancel: [],
  stop: ['cancel'],
  pause: ['resume', 'stop', 'cancel'],
};

/** Why an action is not possible although the state allows it. */
const OTHER_REASONS: Partial<Readonly<Record<Action, string>>> = {
  stop: 'The job has no checkpoint from which its model could be created: let it run first, or cancel it.',
  retry: 'The dataset of the job was deleted: upload it again and queue a new job.',
  extend: 'The dataset of the job was deleted: upload it again and queue a new job with more epochs.',
};

/** The error that names the state of the job and the actions that are possible. */
export function wrongState(job: JobStatus, action: Action): ServiceError {
  if (action === 'resume' && isHaltedBySweep(job)) return wrongStateError(HALTED);
  const possible = allowedActions(job);
  const reason = possible.includes(action) ? OTHER_REASONS[action] : undefined;
  const remedy = possible.length > 0 ? ` It can be ${joinWords(possible.map((other) => DONE[other]))}.` : '';
  return wrongStateError(reason ?? `The job is ${describe(job)}: it cannot be ${DONE[action]}.${remedy}`);
}

export function wrongStateError(detail: string): ServiceError {
  return new ServiceError('job_wrong_state', detail);
}

const HALTED =
  'The job is a trial that waits for a decision of its sweep: the sweep resumes it. It can be stopped or cancelled.';

function isHaltedBySweep({ halted, sweepId }: JobStatus): boolean {
  return halted === 1 && sweepId !== null;
}

function allowedActions(job: JobStatus): readonly Action[] {
  const { state, requested } = job;
  if (requested) return ALLOWED_WHILE_REQUESTED[requested];
  const rows: readonly (readonly [string, readonly JobState[]])[] = Object.entries(ACTIONS);
  // Object.entries loses the type of the keys of a constant table.
  const actions = rows.flatMap(([action, states]) => (states.includes(state) ? [action as Action] : []));
  return isHaltedBySweep(job) ? actions.filter((action) => action !== 'resume') : actions;
}

function describe({ state, requested }: JobStatus): string {
  return requested ? `${state} and about to be ${DONE[requested]}` : state;
}

/** `paused, stopped or cancelled` */
function joinWords(words: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(words);
}
