import type { JobState } from '../store/tables.ts';

/** From which states a job may come into each state. */
export const canMoveTo: Readonly<Record<JobState, readonly JobState[]>> = {
  queued: ['running', 'paused'],
  running: ['queued'],
  paused: ['queued', 'running'],
  succeeded: ['running'],
  failed: ['running'],
  cancelled: ['queued', 'running', 'paused'],
};

/** States that a job never leaves. */
export const FINAL_STATES: readonly JobState[] = ['succeeded', 'failed', 'cancelled'];

export function isFinal(state: JobState): boolean {
  return FINAL_STATES.includes(state);
}
