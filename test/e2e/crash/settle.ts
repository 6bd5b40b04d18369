import type { Job } from '../../../src/jobs/schemas.ts';
import { isFinal } from '../../../src/jobs/states.ts';
import { getJson, listAll } from './lists.ts';

const WAIT_SECONDS = 5;

/**
 * Finishes every job when the disturbance is over: resumes the paused ones, and retries those that
 * have crashed too many workers, as their users would. Returns the number of those. Throws if jobs
 * do not end within `maxMs`.
 */
export async function settle(address: string, maxMs: number): Promise<number> {
  const until = performance.now() + maxMs;
  let triedAgain = 0;
  for (;;) {
    const jobs = await listAll(address, 'jobs');
    const retried = jobs.filter(canBeTriedAgain);
    triedAgain += retried.length;
    for (const { id } of retried) await getJson(`${address}/v1/jobs/${id}/retry`, 'POST');
    for (const { id, state } of jobs) {
      if (state === 'paused') await getJson(`${address}/v1/jobs/${id}/resume`, 'POST');
    }
    const waitedFor = jobs.find(({ state }) => !isFinal(state)) ?? retried[0];
    if (waitedFor === undefined) return triedAgain;
    if (performance.now() > until) throw new Error(`Jobs do not end, such as ${JSON.stringify(waitedFor)}`);
    await getJson(`${address}/v1/jobs/${waitedFor.id}?wait=${WAIT_SECONDS}`);
  }
}

function canBeTriedAgain({ error, datasetId }: Job): boolean {
  return error?.code === 'worker_crashed' && datasetId !== null;
}
