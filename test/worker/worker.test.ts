import { on } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Job } from '../../src/jobs/schemas.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createQueue, LEASE_MS } from '../../src/worker/queue/queueStore.ts';
import { createTrainingMetrics } from '../../src/worker/run/metrics.ts';
import { createPool } from '../../src/worker/thread/pool.ts';
import { startWorker, type WorkerDeps } from '../../src/worker/worker.ts';
import { findDataset, findFile, insertDataset } from '../jobs/datasets.ts';
import { checkpointsIn, log, openJobs, over } from '../jobs/fixtures.ts';
import { saveModel } from '../jobs/models.ts';
import { hasLosses, waitFor } from '../jobs/waitFor.ts';
import { until } from '../support/until.ts';

const SCRIPTED = fileURLToPath(new URL('./threads/scripted.ts', import.meta.url));

/**
 * A worker with real threads, whose script the name of a job selects, and the service that queues
 * jobs.
 */
async function openWorker(changes: Partial<WorkerDeps> = {}) {
  const { folder, database, bus, jobs } = openJobs();
  const datasetId = await insertDataset(database);
  const threads = 2;
  const start = () => {
    const pool = createPool({
      module: SCRIPTED,
      setup: { kernels: 'reference' },
      threads,
      heapMegabytes: 64,
      onError: () => {},
    });
    const deps = {
      database,
      findDataset: findDataset(database),
      findFile: findFile(database),
      saveModel,
      checkpoints: checkpointsIn(folder, database),
      checkpointMs: 10_000,
      bus,
      pool,
      threads,
      cores: 4,
      memoryBytes: 1e12,
      log,
    };
    const worker = startWorker({
      ...deps,
      metrics: createTrainingMetrics(new Registry()),
      clock: Date.now,
      ...changes,
    });
    onTestFinished(worker.stop);
    return worker;
  };
  const submit = async (name: string, request: object = {}) =>
    (await jobs.submit({ name, datasetId, target: 'species', ensemble: null, ...request })).id;
  return { folder, database, bus, jobs, datasetId, start, submit };
}

describe('a worker', () => {
  it('runs a job from the queue to its model', async () => {
    const { jobs, start, submit } = await openWorker();
    start();
    const id = await submit('plain');
    const job = await over(jobs, id);
    expect(job).toMatchObject({
      state: 'succeeded',
      queuePosition: null,
      progress: { epoch: 3, epochs: 3, step: 6, fraction: 1, etaSeconds: 0 },
      latest: { trainingLoss: 1 / 3, accuracy: 1 - 0.5 / 3 },
      best: { epoch: 3, validationLoss: 1.1 / 3 },
      attempts: 1,
      error: null,
    });
    expect(job.modelId).toMatch(/^mdl_/);
    const { items } = await jobs.losses(id, { after: 0, limit: 100 });
    expect(items.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(items[0]).toEqual({
      epoch: 1,
      step: 2,
      trainingLoss: 1,
      validationLoss: 1.1,
      metrics: { accuracy: 0.5 },
      learningRate: 0.001,
      seconds: 0.01,
    });
  });

  it('runs as many jobs at once as it has threads', async () => {
    const { jobs, bus, start, submit } = await openWorker();
    start();
    const ids = [await submit('never ends'), await submit('never ends'), await submit('never ends')];
    const states = await Promise.all(ids.slice(0, 2).map((id) => waitFor(jobs, bus, id, hasLosses)));
    expect(states.map(({ state }) => state)).toEqual(['running', 'running']);
    expect(await jobs.get(ids[2])).toMatchObject({ state: 'queued', queuePosition: 1 });
    for (const id of ids) await jobs.cancel(id);
  });

  it('allocates to a single job all cores that it can use, and fewer when another one runs', async () => {
    const { jobs, bus, start, submit } = await openWorker();
    start();
    const usesThreads = async (id: string, threads: number) => {
      await waitFor(jobs, bus, id, ({ latest }) => latest?.threads === threads);
    };
    const first = await submit('can use three cores');
    await usesThreads(first, 3);
    const second = await submit('can use three cores');
    await Promise.all([usesThreads(first, 2), usesThreads(second, 2)]);
    await jobs.cancel(second);
    await usesThreads(first, 3);
    await jobs.cancel(first);
  });

  it('stops a running job that is cancelled', async () => {
    const { jobs, bus, start, submit } = await openWorker();
    start();
    const id = await submit('never ends');
    await waitFor(jobs, bus, id, hasLosses);
    await jobs.cancel(id);
    expect(await over(jobs, id)).toMatchObject({ state: 'cancelled', modelId: null, error: null });
  });

  it('stops a cancelled job without a notification, by polling the database', async () => {
    const { database, jobs, bus, start, submit } = await openWorker();
    start();
    const id = await submit('never ends');
    await waitFor(jobs, bus, id, hasLosses);
    await database.updateTable('jobs').set({ requested: 'cancel' }).where('id', '=', id).execute();
    expect(await over(jobs, id)).toMatchObject({ state: 'cancelled' });
  });

  it.each([
    ['ends its thread', 'thread_crashed'],
    ['throws', 'thread_crashed'],
    ['fills its heap', 'out_of_memory'],
    ['fails', 'internal_error'],
  ])('reports why a job that %s has failed, and trains the others', async (name, code) => {
    const { jobs, bus, start, submit } = await openWorker();
    start();
    const other = await submit('never ends');
    await waitFor(jobs, bus, other, hasLosses);
    const failed = await over(jobs, await submit(name));
    expect(failed).toMatchObject({ state: 'failed', modelId: null, error: { code } });
    expect(failed.error?.message).not.toMatch(/SELECT|\/var|\.ts/);
    expect(await jobs.get(other)).toMatchObject({ state: 'running' });
    expect(await over(jobs, await submit('plain'))).toMatchObject({ state: 'succeeded' });
    await jobs.cancel(other);
  });

  it.each([
    ['cancel', 'cancelled'],
    ['pause', 'paused'],
  ] as const)('terminates a thread that ignores a %s, and trains the others', async (action, state) => {
    const { jobs, bus, start, submit } = await openWorker({ stopMs: 50 });
    start();
    const [other, stuck] = [await submit('never ends'), await submit('ignores requests')];
    await waitFor(jobs, bus, other, hasLosses);
    await waitFor(jobs, bus, stuck, hasLosses);
    await jobs[action](stuck);
    expect(await waitFor(jobs, bus, stuck, (job) => job.state === state)).toMatchObject({
      error: null,
      requested: null,
    });
    expect(await jobs.get(other)).toMatchObject({ state: 'running' });
    expect(await over(jobs, await submit('plain'))).toMatchObject({ state: 'succeeded' });
    await jobs.cancel(other);
  });

  it('terminates a thread that ignores the shutdown of the service', async () => {
    const { jobs, bus, start, submit } = await openWorker({ stopMs: 50 });
    const worker = start();
    const id = await submit('ignores requests');
    await waitFor(jobs, bus, id, hasLosses);
    await worker.stop();
    expect(await jobs.get(id)).toMatchObject({ state: 'queued', attempts: 0 });
  });

  it('continues a job whose checkpoints cannot be written, and retries', async () => {
    const lines = new PassThrough();
    const logged = on(createInterface({ input: lines }), 'line');
    const untilLogged = async (message: string): Promise<void> => {
      const { value } = await logged.next();
      if (!JSON.parse(String(value)).msg.includes(message)) await untilLogged(message);
    };
    const { folder, jobs, start, submit } = await openWorker({
      checkpointMs: 10,
      log: pino({ level: 'debug' }, lines),
    });
    // A file with the name of the folder, so that the folder cannot be created.
    writeFileSync(join(folder, 'checkpoints'), '');
    start();
    const id = await submit('writes checkpoints');
    await untilLogged('a checkpoint could not be written');
    expect(await jobs.get(id)).toMatchObject({ state: 'running', error: null });
    rmSync(join(folder, 'checkpoints'));
    await untilLogged('checkpoint written');
    await jobs.cancel(id);
    await over(jobs, id);
    expect(readdirSync(join(folder, 'checkpoints'))).not.toContainEqual(expect.stringMatching(/partial/));
  });

  it('deletes the last checkpoint of a training that creates no model', async () => {
    const { folder, jobs, start, submit } = await openWorker();
    start();
    expect(await over(jobs, await submit('fails after its last checkpoint'))).toMatchObject({ state: 'failed' });
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual([]);
  });

  it('continues its jobs when the machine was suspended for longer than a lease', async () => {
    let suspendedMs = 0;
    const { database, jobs, bus, start, submit } = await openWorker({ clock: () => Date.now() + suspendedMs });
    start();
    const id = await submit('never ends');
    await waitFor(jobs, bus, id, hasLosses);
    suspendedMs = 10 * LEASE_MS;
    const renewed = Date.now() + suspendedMs;
    await until(
      () => leaseOf(database, id),
      ({ leaseUntil }) => Number(leaseUntil) > renewed,
    );
    expect(await jobs.get(id)).toMatchObject({ state: 'running', attempts: 1 });
    await jobs.cancel(id);
    expect(await over(jobs, id)).toMatchObject({ state: 'cancelled' });
  });

  it('claims a lost job again only after its thread has stopped, never on a second thread meanwhile', async () => {
    const { database, jobs, bus, start, submit } = await openWorker({ stopMs: 50 });
    start();
    const lost = await submit('ignores requests');
    await waitFor(jobs, bus, lost, hasLosses);
    const { leaseOwner } = await leaseOf(database, lost);
    await createQueue(database, 'another', Date.now).reclaimFrom(leaseOwner ?? '');
    bus.publish({ kind: 'queued' });
    await waitFor(jobs, bus, lost, ({ attempts, state }) => attempts === 2 && state === 'running');
    const other = await submit('never ends');
    await waitFor(jobs, bus, other, hasLosses);
    for (const id of [lost, other]) await jobs.cancel(id);
    for (const id of [lost, other]) expect(await over(jobs, id)).toMatchObject({ state: 'cancelled' });
  });

  it('fails a job that needs more memory than the limit, before it reads the dataset', async () => {
    const { jobs, start, submit } = await openWorker({ memoryBytes: 1e6 });
    start();
    const job = await over(jobs, await submit('plain'));
    expect(job.error).toMatchObject({ code: 'out_of_memory', message: expect.stringContaining('MB') });
  });

  it('fails a job whose dataset was deleted', async () => {
    const { database, jobs, start, submit } = await openWorker();
    const id = await submit('plain');
    await database.deleteFrom('datasets').execute();
    start();
    expect((await over(jobs, id)).error).toMatchObject({ code: 'dataset_not_found' });
  });

  it('fails a job whose model cannot be saved', async () => {
    const broken = { saveModel: () => Promise.reject(new Error('the disk is full')) };
    const { jobs, start, submit } = await openWorker(broken);
    start();
    expect((await over(jobs, await submit('plain'))).error).toMatchObject({ code: 'internal_error' });
  });

  it('claims the next job before it writes the model of the previous one', async () => {
    const lines = new PassThrough();
    const { jobs, start, submit } = await openWorker({ threads: 1, log: pino(lines) });
    const ids = [await submit('plain'), await submit('plain')];
    // Without timers, because a poll just when the first job has trained would delay the claim of
    // the second.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    start();
    for (const id of ids) await over(jobs, id);
    const messages = String(lines.read())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).msg)
      .filter((message) => /^job (started|succeeded)/.test(message));
    expect(messages).toEqual(['job started', 'job started', 'job succeeded', 'job succeeded']);
  });

  it('trains at most one more job per thread while results cannot be written', async () => {
    const tried = new Set<string>();
    const triedTwo = Promise.withResolvers<void>();
    let full = true;
    const save: typeof saveModel = (queries, job, ...rest) => {
      if (tried.add(job.id).size === 2) triedTwo.resolve();
      const error = Object.assign(new Error('not now'), { code: 'SQLITE_FULL' });
      return full ? Promise.reject(error) : saveModel(queries, job, ...rest);
    };
    const { jobs, start, submit } = await openWorker({ saveModel: save, threads: 1 });
    const ids = [await submit('plain'), await submit('plain'), await submit('plain')];
    start();
    await triedTwo.promise;
    expect(await jobs.get(ids[2])).toMatchObject({ state: 'queued' });
    full = false;
    for (const id of ids) expect(await over(jobs, id)).toMatchObject({ state: 'succeeded' });
  });

  it.each(['SQLITE_FULL', 'SQLITE_BUSY'])('retries until the result of a job can be written (%s)', async (code) => {
    let tries = 0;
    const save: typeof saveModel = (...model) =>
      tries++ === 0 ? Promise.reject(Object.assign(new Error('not now'), { code })) : saveModel(...model);
    const { jobs, start, submit } = await openWorker({ saveModel: save });
    start();
    expect(await over(jobs, await submit('plain'))).toMatchObject({ state: 'succeeded', attempts: 1, error: null });
    expect(tries).toBe(2);
  });

  it('queues its jobs again when it is stopped, and another worker runs them from the beginning', async () => {
    const { database, jobs, bus, start, submit } = await openWorker();
    const worker = start();
    const id = await submit('never ends');
    await waitFor(jobs, bus, id, hasLosses);
    await worker.stop();
    expect(await jobs.get(id)).toMatchObject({ state: 'queued', attempts: 0, progress: null, latest: null });
    await database
      .updateTable('jobs')
      .set({ request: renamed(await jobs.get(id), 'plain') })
      .execute();
    start();
    expect(await over(jobs, id)).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect((await jobs.losses(id, { after: 0, limit: 9 })).items).toHaveLength(3);
  });
});

describe('a suspect', () => {
  const suspect = (database: Database, id: string) =>
    database.updateTable('jobs').set({ suspectAt: 1 }).where('id', '=', id).execute();
  const codesOf = async (database: Database, id: string) => {
    const rows = await database.selectFrom('events').select('data').where('jobId', '=', id).orderBy('id').execute();
    return rows.map(({ data }) => JSON.parse(data)).map(({ state, code }) => state ?? code);
  };

  it('runs alone: the running jobs are preempted at a checkpoint, and resume when it has ended', async () => {
    const { database, jobs, bus, start, submit } = await openWorker();
    const running = [await submit('writes checkpoints'), await submit('writes checkpoints')];
    start();
    for (const id of running) await waitFor(jobs, bus, id, ({ state }) => state === 'running');
    const id = await submit('plain');
    await suspect(database, id);
    expect(await over(jobs, id)).toMatchObject({ state: 'succeeded' });
    for (const preempted of running) {
      await waitFor(jobs, bus, preempted, ({ state }) => state === 'running');
      const codes = await codesOf(database, preempted);
      // The log of the training is written a moment later than the log of the queue.
      const expected = ['preempted', 'queued', 'queued', 'running', 'training_started'];
      expect(codes.slice(0, 5).toSorted()).toEqual(expected);
      expect(codes.indexOf('preempted')).toBeLessThan(codes.lastIndexOf('queued'));
      expect(await jobs.get(preempted)).toMatchObject({ attempts: 1 });
      await jobs.cancel(preempted);
    }
  });

  it('runs alone, also while another thread is free, until it is cleared', async () => {
    const { database, jobs, bus, start, submit } = await openWorker({ checkpointMs: 10, probationMs: 300 });
    const id = await submit('writes checkpoints');
    await suspect(database, id);
    const next = await submit('plain');
    start();
    expect(await over(jobs, next)).toMatchObject({ state: 'succeeded' });
    expect(await jobs.get(id)).toMatchObject({ state: 'running' });
    const row = await database.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    expect(row).toMatchObject({ suspectAt: null, crashes: 0 });
    const { startedAt } = await database
      .selectFrom('jobs')
      .select('startedAt')
      .where('id', '=', next)
      .executeTakeFirstOrThrow();
    expect(startedAt ?? 0).toBeGreaterThanOrEqual((row.startedAt ?? 0) + 300);
    await jobs.cancel(id);
    await waitFor(jobs, bus, id, ({ state }) => state === 'cancelled');
  });
});

async function leaseOf(database: Database, id: string) {
  const query = database.selectFrom('jobs').select(['leaseOwner', 'leaseUntil']).where('id', '=', id);
  return query.executeTakeFirstOrThrow();
}

function renamed({ hyperparameters }: Job, name: string): string {
  return JSON.stringify({ ...hyperparameters, name });
}
