/**
 * The jobs of the trials of a sweep, each change within the caller's transaction. The caller
 * publishes the notifications after it: `queued` for a job that was queued, `changed` for one that
 * was cancelled.
 */

import type { Queries } from '../store/database/database.ts';
import { toNullableJson } from '../store/database/json.ts';
import type { StopRule } from '../training/loop/stopRule.ts';
import { insertJob } from './store.ts';
import type { CheckedRequest } from './submission/check.ts';
import { type NewJobOptions, newJob } from './submission/newJob.ts';
import { moveJobs, requeuedProgress, SAME_ATTEMPT } from './transitions.ts';

export interface NewTrial extends NewJobOptions {
  readonly checked: CheckedRequest;
  readonly sweepId: string;
  /** Its number in the sweep, from 0. */
  readonly trial: number;
  /** Null: it trains to its end. */
  readonly stopRule: StopRule | null;
}

/**
 * Queues a trial's job and returns its id. Throws ServiceError `invalid_spec` when the dataset is
 * gone.
 */
export async function insertTrial(
  queries: Queries,
  { checked, sweepId, trial, stopRule, ...options }: NewTrial,
): Promise<string> {
  const job = { ...newJob(checked, options), sweepId, trial, stopRule: toNullableJson(stopRule) };
  await insertJob(queries, job, checked.request.labels);
  return job.id;
}

/**
 * Queues a halted job, which runs to its next stop rule. A rule at its current epoch, or an earlier
 * one, halts it again at once. `from`: the states in which the job may be, because a client may
 * have cancelled it since it halted. False if the job is in another state, or has not halted.
 */
export async function resumeTrial(
  queries: Queries,
  jobId: string,
  stopRule: StopRule | null,
  from: readonly ('paused' | 'cancelled')[] = ['paused'],
): Promise<boolean> {
  const moved = await moveJobs(queries, { to: 'queued', from }, (jobs) =>
    jobs
      .set({ stopRule: toNullableJson(stopRule), attempts: SAME_ATTEMPT })
      .set(requeuedProgress)
      .where('id', '=', jobId)
      .where('halted', '=', 1),
  );
  return moved.length > 0;
}

/** Cancels the jobs that have halted, and returns their ids. */
export async function cancelHalted(
  queries: Queries,
  jobIds: readonly string[],
  now: number,
): Promise<readonly string[]> {
  const moved = await moveJobs(queries, { to: 'cancelled', from: ['paused'], now }, (jobs) =>
    jobs.where('id', 'in', jobIds).where('halted', '=', 1),
  );
  return moved.map(({ id }) => id);
}
