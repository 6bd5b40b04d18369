import { ServiceError } from '../../kit/contract/errors.ts';
import type { JobRow, JobState, JobWish } from '../../store/tables.ts';
import { ACTIONS, type Action } from '../states.ts';

type Stand = Pick<JobRow, 'state' | 'requested' | 'halted' | 'sweepId'>;

const DONE: Readonly<Record<Action, string>> = {
  pause: 'paused',
  resume: 'resumed',
  stop: 'stopped',
  cancel: 'cancelled',
  retry: 'retried',
  extend: 'extended',
  delete: 'deleted',
};

/** What is still possible when a wish has not come about yet. */
const POSSIBLE_BEFORE: Readonly<Record<JobWish, readonly Action[]>> = {
  cancel: [],
  stop: ['cancel'],
  pause: ['resume', 'stop', 'cancel'],
};

/** Why the state is right and the action is not possible all the same. */
const OTHER_REASONS: Partial<Readonly<Record<Action, string>>> = {
  stop: 'The job has trained nothing that its model could be made of: let it run first, or cancel it.',
  retry: 'The dataset of the job was deleted: upload it again and queue a new job.',
  extend: 'The dataset of the job was deleted: upload it again and queue a new job with more epochs.',
};

/** Says in which state the job is, and what is possible there. */
export function wrongState(job: Stand, action: Action): ServiceError {
  if (action === 'resume' && waitsForItsSweep(job)) return impossible(HALTED);
  const possible = possibleFor(job);
  const reason = possible.includes(action) ? OTHER_REASONS[action] : undefined;
  const remedy = possible.length > 0 ? ` It can be ${listed(possible.map((other) => DONE[other]))}.` : '';
  return impossible(reason ?? `The job is ${describe(job)}: it cannot be ${DONE[action]}.${remedy}`);
}

export function impossible(detail: string): ServiceError {
  return new ServiceError('job_wrong_state', detail);
}

const HALTED =
  'The job is a trial that waits until its sweep has compared it with others: the sweep decides when it goes on. It can be stopped or cancelled.';

function waitsForItsSweep({ halted, sweepId }: Stand): boolean {
  return halted === 1 && sweepId !== null;
}

function possibleFor(job: Stand): readonly Action[] {
  const { state, requested } = job;
  if (requested) return POSSIBLE_BEFORE[requested];
  const rows: readonly (readonly [string, readonly JobState[]])[] = Object.entries(ACTIONS);
  // Object.entries forgets that the keys of a constant table are known.
  const actions = rows.flatMap(([action, states]) => (states.includes(state) ? [action as Action] : []));
  return waitsForItsSweep(job) ? actions.filter((action) => action !== 'resume') : actions;
}

function describe({ state, requested }: Stand): string {
  return requested ? `${state} and about to be ${DONE[requested]}` : state;
}

/** `paused, stopped or cancelled` */
function listed(words: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(words);
}
