import { once } from 'node:events';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSupervisor } from '../../src/jobs/supervisor.ts';
import { insertDataset } from './datasets.ts';
import { openJobs, over } from './house.ts';
import { hasLosses, seen } from './seen.ts';

const ENTRY = fileURLToPath(new URL('./workerEntry.ts', import.meta.url));
const SCRIPTED = fileURLToPath(new URL('./worker/threads/scripted.ts', import.meta.url));
const BROKEN = fileURLToPath(new URL('./worker/threads/broken.ts', import.meta.url));

/** The service and a worker process beside it. */
async function openBoth() {
  const { database, folder, news, jobs } = openJobs();
  const datasetId = await insertDataset(database);
  // Its log has one line for each death of the worker.
  const deaths = new PassThrough();
  const start = (threads = SCRIPTED) => {
    const args = [join(folder, 'trainyard.sqlite'), threads];
    const supervisor = startSupervisor({ module: ENTRY, args, news, log: pino({ level: 'error' }, deaths) });
    onTestFinished(supervisor.stop);
    return supervisor;
  };
  const died = once(deaths, 'data');
  const submit = async (name: string) => (await jobs.submit({ name, datasetId, target: 'species' })).id;
  return { news, jobs, start, submit, died };
}

describe('the worker process', () => {
  it('takes jobs and tells of them', async () => {
    const { jobs, start, submit } = await openBoth();
    const supervisor = start();
    expect(await over(jobs, await submit('plain'))).toMatchObject({ state: 'succeeded' });
    expect(supervisor.ready()).toBe(true);
  });

  it('stops a running job that is cancelled', async () => {
    const { jobs, news, start, submit } = await openBoth();
    start();
    const id = await submit('never ends');
    await seen(jobs, news, id, hasLosses);
    await jobs.cancel(id);
    expect(await over(jobs, id)).toMatchObject({ state: 'cancelled' });
  });

  it('is started again when it is killed, and its job with it', async () => {
    const { jobs, news, start, submit } = await openBoth();
    const supervisor = start();
    const id = await submit('never ends');
    await seen(jobs, news, id, hasLosses);
    const killed = supervisor.pid();
    process.kill(killed ?? 0, 'SIGKILL');
    const again = await seen(jobs, news, id, (job) => job.attempts === 2 && hasLosses(job));
    expect(again.state).toBe('running');
    expect(supervisor.pid()).not.toBe(killed);
    await jobs.cancel(id);
    expect(await over(jobs, id)).toMatchObject({ state: 'cancelled' });
  });

  it('leaves the jobs in the queue when its threads cannot start', async () => {
    const { jobs, start, submit, died } = await openBoth();
    const id = await submit('plain');
    const supervisor = start(BROKEN);
    await died;
    expect(await jobs.get(id)).toMatchObject({ state: 'queued', attempts: 0 });
    expect(supervisor.ready()).toBe(false);
  });

  it('puts its jobs back when the service ends, and ends itself', async () => {
    const { jobs, news, start, submit } = await openBoth();
    const supervisor = start();
    const id = await submit('never ends');
    await seen(jobs, news, id, hasLosses);
    const pid = supervisor.pid() ?? 0;
    await Promise.all([supervisor.stop(), supervisor.stop()]);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await jobs.get(id)).toMatchObject({ state: 'queued', attempts: 0 });
  });
});
