import { once } from 'node:events';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSupervisor } from '../../src/worker/supervisor.ts';
import { insertDataset } from '../jobs/datasets.ts';
import { openJobs, over } from '../jobs/fixtures.ts';
import { hasLosses, waitFor } from '../jobs/waitFor.ts';

const ENTRY = fileURLToPath(new URL('./workerEntry.ts', import.meta.url));
const SCRIPTED = fileURLToPath(new URL('./threads/scripted.ts', import.meta.url));
const BROKEN = fileURLToPath(new URL('./threads/broken.ts', import.meta.url));

/** The service and a worker process. */
async function openBoth() {
  const { database, folder, bus, jobs } = openJobs();
  const datasetId = await insertDataset(database, { file: join(folder, 'iris.parquet') });
  // The log of the supervisor, with one line for each death of the worker.
  const deaths = new PassThrough();
  const start = (threads = SCRIPTED) => {
    const args = [join(folder, 'trainyard.sqlite'), threads];
    const log = pino({ level: 'error' }, deaths);
    const supervisor = startSupervisor({ database, module: ENTRY, args, bus, clock: Date.now, log });
    onTestFinished(supervisor.stop);
    return supervisor;
  };
  const died = once(deaths, 'data');
  const submit = async (name: string) => (await jobs.submit({ name, datasetId, target: 'species', ensemble: null })).id;
  return { database, bus, jobs, start, submit, died };
}

describe('the worker process', () => {
  it('runs jobs and publishes their changes', async () => {
    const { jobs, start, submit } = await openBoth();
    const supervisor = start();
    expect(await over(jobs, await submit('plain'))).toMatchObject({ state: 'succeeded' });
    expect(supervisor.ready()).toBe(true);
  });

  it('stops a running job that is cancelled', async () => {
    const { jobs, bus, start, submit } = await openBoth();
    start();
    const id = await submit('never ends');
    await waitFor(jobs, bus, id, hasLosses);
    await jobs.cancel(id);
    expect(await over(jobs, id)).toMatchObject({ state: 'cancelled' });
  });

  it('is restarted when it is killed, and so is its job', async () => {
    const { jobs, bus, start, submit } = await openBoth();
    const supervisor = start();
    const id = await submit('never ends');
    await waitFor(jobs, bus, id, hasLosses);
    const killed = supervisor.pid();
    process.kill(killed ?? 0, 'SIGKILL');
    const again = await waitFor(jobs, bus, id, (job) => job.attempts === 2 && hasLosses(job));
    expect(again.state).toBe('running');
    expect(supervisor.pid()).not.toBe(killed);
    await jobs.cancel(id);
    expect(await over(jobs, id)).toMatchObject({ state: 'cancelled' });
  });

  it('fails a job that kills its process, but no job that ran at the same time', async () => {
    const { database, jobs, start, submit } = await openBoth();
    const [killer, neighbour] = [await submit('kills its process'), await submit('waits to be killed once')];
    start();
    expect(await over(jobs, neighbour)).toMatchObject({ state: 'succeeded', error: null });
    expect(await over(jobs, killer)).toMatchObject({ state: 'failed', error: { code: 'worker_crashed' } });
    const messages = await database
      .selectFrom('events')
      .select(sql<string>`data ->> '$.message'`.as('message'))
      .where('jobId', '=', killer)
      .where(sql`data ->> '$.code'`, '=', 'worker_died')
      .orderBy('id')
      .execute();
    expect(messages.map(({ message }) => message)).toEqual([
      expect.stringMatching(/runs alone until/),
      expect.stringMatching(/alone \(1 of 3/),
      expect.stringMatching(/alone \(2 of 3/),
    ]);
    expect(await over(jobs, await submit('plain'))).toMatchObject({ state: 'succeeded', attempts: 1 });
  });

  it('makes no job a suspect when it is asked to stop', async () => {
    const { database, jobs, bus, start, submit } = await openBoth();
    const supervisor = start();
    const id = await submit('never ends');
    await waitFor(jobs, bus, id, hasLosses);
    process.kill(supervisor.pid() ?? 0, 'SIGTERM');
    await waitFor(jobs, bus, id, ({ state }) => state === 'queued');
    expect(await database.selectFrom('jobs').select('suspectAt').executeTakeFirst()).toEqual({ suspectAt: null });
    await jobs.cancel(id);
  });

  it('makes no job a suspect when the service ends right after the worker', async () => {
    const { database, jobs, bus, start, submit, died } = await openBoth();
    const supervisor = start();
    const id = await submit('never ends');
    await waitFor(jobs, bus, id, hasLosses);
    process.kill(supervisor.pid() ?? 0, 'SIGKILL');
    await died;
    await supervisor.stop();
    expect(await database.selectFrom('jobs').select('suspectAt').executeTakeFirst()).toEqual({ suspectAt: null });
  });

  it('claims no jobs when its threads cannot start', async () => {
    const { jobs, start, submit, died } = await openBoth();
    const id = await submit('plain');
    const supervisor = start(BROKEN);
    await died;
    expect(await jobs.get(id)).toMatchObject({ state: 'queued', attempts: 0 });
    expect(supervisor.ready()).toBe(false);
  });

  it('queues its jobs again and exits when the service ends', async () => {
    const { jobs, bus, start, submit } = await openBoth();
    const supervisor = start();
    const id = await submit('never ends');
    await waitFor(jobs, bus, id, hasLosses);
    const pid = supervisor.pid() ?? 0;
    await Promise.all([supervisor.stop(), supervisor.stop()]);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await jobs.get(id)).toMatchObject({ state: 'queued', attempts: 0 });
  });
});
