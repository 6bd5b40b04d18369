/** What several statements say of rows of `jobs`. */
import { type ExpressionBuilder, sql } from 'kysely';
import type { JobState, Tables } from '../store/tables.ts';

export type JobExpressions = ExpressionBuilder<Tables, 'jobs'>;

export const NOT_LEASED = { leaseOwner: null, leaseUntil: null } as const;

/** No death of a worker process is held against the job. */
export const NOT_SUSPECT = { crashes: 0, suspectAt: null } as const;

/** Of a job that goes on from where it was paused: no new one. */
export const SAME_ATTEMPT = sql<number>`max(attempts - 1, 0)`;

/** A wish for its model stays with a job that waits for a worker again; in every other state all wishes have been granted. */
export function clearRequested(next: JobState) {
  return next === 'queued' ? {} : { requested: null };
}

/** Whether there is a checkpoint to go on from. */
export function hasCheckpoint(eb: JobExpressions) {
  const checkpoints = eb.selectFrom('checkpoints').select('step').whereRef('checkpoints.jobId', '=', 'jobs.id');
  return eb.exists(checkpoints);
}

/** What a job shows of itself that does not run: how far it is if it goes on from a checkpoint, and nothing if it starts anew. */
export function progressIfResumable(eb: JobExpressions) {
  const ifResumable = (column: 'progress' | 'latest' | 'best') =>
    eb.case().when(hasCheckpoint(eb)).then(eb.ref(column)).else(null).end();
  return { progress: ifResumable('progress'), latest: ifResumable('latest'), best: ifResumable('best') };
}

/** The same of one that waits in the queue. */
export function requeuedProgress(eb: JobExpressions) {
  return { startedAt: null, ...progressIfResumable(eb) };
}
