import type { JobState } from '../store/tables.ts';

/** From which states a worker may bring a job into each state. */
export const canMoveTo = {
  queued: ['running'],
  running: ['queued'],
  paused: ['running'],
  succeeded: ['running'],
  failed: ['running'],
  cancelled: ['running'],
} as const satisfies Readonly<Record<JobState, readonly JobState[]>>;

/** States that a job leaves only when it is asked to. */
const FINAL_STATES: readonly JobState[] = ['succeeded', 'failed', 'cancelled'];

export function isFinal(state: JobState): boolean {
  return FINAL_STATES.includes(state);
}

/** What a client can ask of a job, and in which states. */
export const ACTIONS = {
  pause: ['queued', 'running'],
  resume: ['paused'],
  stop: ['queued', 'running', 'paused'],
  cancel: ['queued', 'running', 'paused'],
  retry: ['failed', 'cancelled'],
  extend: ['succeeded'],
  delete: ['succeeded', 'failed', 'cancelled'],
} as const satisfies Readonly<Record<string, readonly JobState[]>>;
export type Action = keyof typeof ACTIONS;
