/**
 * The jobs of a sweep's trials, as its room makes and moves them, each within the caller's transaction. Events tell of it by themselves; whoever
 * calls publishes the news once the transaction is through: `queued` of a job that waits, `changed` of one that was cancelled.
 */
import type { Queries } from '../store/database.ts';
import type { StopRule } from '../training/loop/stopRule.ts';
import { requeuedProgress, SAME_ATTEMPT } from './jobFragments.ts';
import type { CheckedRequest } from './submission/check.ts';
import { insertJob, type NewJobOptions, newJob } from './submission/newJob.ts';

export interface NewTrial extends NewJobOptions {
  readonly checked: CheckedRequest;
  readonly sweepId: string;
  /** Its number in the sweep, from 0. */
  readonly trial: number;
  /** Null: it trains to its end. */
  readonly halt: StopRule | null;
}

/** Queues a trial's job and returns its id. Throws ServiceError `invalid_spec` when the dataset is gone. */
export async function insertTrial(
  queries: Queries,
  { checked, sweepId, trial, halt, ...options }: NewTrial,
): Promise<string> {
  const job = { ...newJob(checked, options), sweepId, trial, halt: halt && JSON.stringify(halt) };
  await insertJob(queries, job, checked.request.labels);
  return job.id;
}

/**
 * Queues a halted job, which goes on to its next halt; one that lies at the epoch it stands at, or before, halts it again at once. `from` says
 * whether it may have been cancelled since. False where the job is in none of these states, or has not halted.
 */
export async function resumeTrial(
  queries: Queries,
  jobId: string,
  halt: StopRule | null,
  from: readonly ('paused' | 'cancelled')[] = ['paused'],
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('jobs')
    .set({
      state: 'queued',
      halted: 0,
      halt: halt && JSON.stringify(halt),
      attempts: SAME_ATTEMPT,
      finishedAt: null,
    })
    .set(requeuedProgress)
    .where('id', '=', jobId)
    .where('state', 'in', from)
    .where('halted', '=', 1)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Cancels those of the jobs that have halted, and returns their ids. */
export async function cancelHalted(
  queries: Queries,
  jobIds: readonly string[],
  now: number,
): Promise<readonly string[]> {
  const rows = await queries
    .updateTable('jobs')
    .set({ state: 'cancelled', finishedAt: now })
    .where('id', 'in', jobIds)
    .where('state', '=', 'paused')
    .where('halted', '=', 1)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}
