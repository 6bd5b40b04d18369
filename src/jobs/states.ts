import type { JobState } from '../store/database/tables.ts';

/** States that a job leaves only at the request of a client. */
const FINAL_STATES = ['succeeded', 'failed', 'cancelled'] as const satisfies readonly JobState[];
export type FinalState = (typeof FINAL_STATES)[number];

export function isFinal(state: JobState): state is FinalState {
  return (FINAL_STATES as readonly JobState[]).includes(state);
}

/** The actions of clients, and the states of a job in which each is possible. */
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
