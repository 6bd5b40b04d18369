/** What several statements say of rows of `jobs`. */
import type { ExpressionBuilder } from 'kysely';
import type { JobState, Tables } from '../store/tables.ts';

export type JobExpressions = ExpressionBuilder<Tables, 'jobs'>;

export const NOT_LEASED = { leaseOwner: null, leaseUntil: null } as const;

/** A wish for its model stays with a job that waits for a worker again; in every other state all wishes have been granted. */
export function withoutWish(next: JobState) {
  return next === 'queued' ? {} : { requested: null };
}

/** Whether there is a checkpoint to go on from. */
export function hasCheckpoint(eb: JobExpressions) {
  const checkpoints = eb.selectFrom('checkpoints').select('step').whereRef('checkpoints.jobId', '=', 'jobs.id');
  return eb.exists(checkpoints);
}

/** Of a job that waits: how far it is if it goes on from a checkpoint, and nothing if it starts anew. */
export function whereItStands(eb: JobExpressions) {
  const ifItGoesOn = (column: 'progress' | 'latest' | 'best') =>
    eb.case().when(hasCheckpoint(eb)).then(eb.ref(column)).else(null).end();
  return {
    startedAt: null,
    progress: ifItGoesOn('progress'),
    latest: ifItGoesOn('latest'),
    best: ifItGoesOn('best'),
  };
}
