import { describe, expect, it } from 'vitest';
import { INTERNAL_ERROR } from '../../src/jobs/failures.ts';
import { createJobs } from '../../src/jobs/service.ts';
import { newId } from '../../src/kit/ids.ts';
import { createQueue } from '../../src/worker/queue/queueStore.ts';
import { reclaimCrashed } from '../../src/worker/queue/reclaimStore.ts';
import { TENANT } from '../support/access.ts';
import { findDataset, insertDataset } from './datasets.ts';
import { openJobs } from './fixtures.ts';

const MACHINE = { cores: 2, coresOfJob: 2, memoryBytes: 2 ** 34 };
const ANY = Number.MAX_SAFE_INTEGER;

/** Jobs, and the queue of a worker that moves them to their states. */
async function openActions() {
  const { database, checkpoints, bus, jobs } = openJobs();
  const datasetId = await insertDataset(database);
  const queue = createQueue(database, 'worker', Date.now);
  const submit = async () => (await jobs.submit({ datasetId, target: 'species', ensemble: null })).id;
  const running = async () => {
    const id = await submit();
    await queue.claim(ANY);
    return id;
  };
  const writeCheckpoint = async (id: string, { step = 10, epoch = 3, finished = false } = {}) => {
    const row = await checkpoints.write(id, { step, epoch, finished, bytes: Buffer.alloc(64, step) });
    await queue.writeProgress(id, false, (queries) => checkpoints.record(queries, row));
  };
  const succeed = (id: string) =>
    queue.succeed(id, { epochs: 2, warnings: [] }, async (queries) => {
      const model = {
        name: 'm',
        jobId: id,
        task: 'multiclass',
        target: 'species',
        description: '{}',
        sha256: '',
      } as const;
      const modelId = newId('mdl');
      await queries
        .insertInto('models')
        .values({ ...model, project: TENANT.project, id: modelId, createdAt: 1 })
        .execute();
      return modelId;
    });
  return { database, datasetId, checkpoints, bus, jobs, queue, submit, running, writeCheckpoint, succeed };
}

describe('a pause', () => {
  it('is requested of a running job, and performed when its worker releases the job', async () => {
    const { jobs, queue, running, bus } = await openActions();
    const id = await running();
    const received: unknown[] = [];
    bus.subscribe((item) => received.push(item));
    expect(await jobs.pause(id)).toMatchObject({ state: 'running', requested: 'pause' });
    expect(received).toContainEqual({ kind: 'actionRequested', jobId: id, action: 'pause' });
    expect(await queue.renew()).toEqual([{ id, requested: 'pause' }]);
    await queue.release(id);
    expect(await jobs.get(id)).toMatchObject({ state: 'paused', requested: null, attempts: 1 });
  });

  it('of a queued job is performed at once, and workers do not claim the job', async () => {
    const { jobs, queue, submit } = await openActions();
    const id = await submit();
    expect(await jobs.pause(id)).toMatchObject({ state: 'paused', queuePosition: null });
    expect(await jobs.pause(id)).toMatchObject({ state: 'paused' });
    expect(await queue.claim(ANY)).toBeUndefined();
    expect(await jobs.resume(id)).toMatchObject({ state: 'queued', queuePosition: 1, attempts: 0 });
    expect(await queue.claim(ANY)).toMatchObject({ id });
  });

  it('can be withdrawn before it is performed', async () => {
    const { jobs, queue, running } = await openActions();
    const id = await running();
    await jobs.pause(id);
    expect(await jobs.resume(id)).toMatchObject({ state: 'running', requested: null });
    await queue.release(id);
    expect(await jobs.get(id)).toMatchObject({ state: 'queued' });
  });

  it('is also performed when the worker dies before it has received the request', async () => {
    const { jobs, queue, running } = await openActions();
    const id = await running();
    await jobs.pause(id);
    await queue.reclaimFrom('worker');
    expect(await jobs.get(id)).toMatchObject({ state: 'paused', requested: null });
  });
});

describe('a stop', () => {
  it('stays requested after the worker dies or releases the job, until the model is created', async () => {
    const { jobs, queue, running, writeCheckpoint, succeed } = await openActions();
    const id = await running();
    await writeCheckpoint(id);
    expect(await jobs.stop(id)).toMatchObject({ state: 'running', requested: 'stop' });
    await queue.reclaimFrom('worker');
    expect(await jobs.get(id)).toMatchObject({ state: 'queued', requested: 'stop' });
    expect(await queue.claim(ANY)).toMatchObject({ id, requested: 'stop' });
    await queue.release(id);
    expect(await queue.claim(ANY)).toMatchObject({ id, requested: 'stop' });
    await succeed(id);
    expect(await jobs.get(id)).toMatchObject({ state: 'succeeded', requested: null });
  });

  it('replaces a requested pause, and is replaced by a cancel', async () => {
    const { jobs, queue, running } = await openActions();
    const id = await running();
    await jobs.pause(id);
    expect(await jobs.stop(id)).toMatchObject({ requested: 'stop' });
    await expect(jobs.pause(id)).rejects.toMatchObject({
      message: expect.stringMatching(/about to be stopped.*can be cancelled\.$/),
    });
    expect(await jobs.cancel(id)).toMatchObject({ requested: 'cancel' });
    await expect(jobs.stop(id)).rejects.toMatchObject({
      message: expect.stringMatching(/about to be cancelled: it cannot be stopped\.$/),
    });
    await queue.release(id);
    expect(await jobs.get(id)).toMatchObject({ state: 'cancelled', requested: null });
  });

  it('of a job that has not trained yet is rejected with a remedy', async () => {
    const { jobs, submit } = await openActions();
    const id = await submit();
    await expect(jobs.stop(id)).rejects.toMatchObject({
      code: 'job_wrong_state',
      message: expect.stringMatching(/no checkpoint.*cancel it/),
    });
    await jobs.pause(id);
    await expect(jobs.stop(id)).rejects.toMatchObject({ message: expect.stringMatching(/no checkpoint/) });
  });
});

describe('a job that is retried', () => {
  it('is queued without its error, and its crash count is reset', async () => {
    const { database, jobs, queue, running } = await openActions();
    const id = await running();
    const die = () => reclaimCrashed(database, Date.now(), 'worker');
    const crashes = () => database.selectFrom('jobs').select(['crashes', 'suspectAt']).executeTakeFirst();
    await die();
    await queue.claimSuspect();
    await die();
    expect(await crashes()).toMatchObject({ crashes: 1, suspectAt: expect.any(Number) });
    await queue.claimSuspect();
    await queue.fail(id, INTERNAL_ERROR);
    expect(await jobs.retry(id)).toMatchObject({ state: 'queued', error: null, finishedAt: null, attempts: 3 });
    expect(await crashes()).toEqual({ crashes: 0, suspectAt: null });
    expect(await queue.claim(ANY)).toMatchObject({ id });
  });

  it('shows progress only if it resumes from a checkpoint', async () => {
    const { database, jobs, running, queue, writeCheckpoint } = await openActions();
    const [restarted, resumed] = [await running(), await running()];
    await writeCheckpoint(resumed);
    await database.updateTable('jobs').set({ latest: '{"trainingLoss":1}' }).execute();
    for (const id of [restarted, resumed]) {
      await jobs.cancel(id);
      await queue.release(id);
    }
    expect(await jobs.retry(restarted)).toMatchObject({ latest: null });
    expect(await jobs.retry(resumed)).toMatchObject({ latest: { trainingLoss: 1 } });
  });

  it('needs its dataset', async () => {
    const { database, jobs, submit } = await openActions();
    const id = await submit();
    await jobs.cancel(id);
    await database.deleteFrom('datasets').execute();
    await expect(jobs.retry(id)).rejects.toMatchObject({
      message: expect.stringMatching(/dataset .* was deleted: upload it again/),
    });
  });
});

describe('a job that is retried with a fix', () => {
  const diverged = { code: 'loss_diverged', message: 'The loss was no longer finite.' } as const;

  it('must have failed because its loss diverged', async () => {
    const { jobs, running, queue } = await openActions();
    const [failed, cancelled] = [await running(), await running()];
    await queue.fail(failed, INTERNAL_ERROR);
    await jobs.cancel(cancelled);
    await queue.release(cancelled);
    for (const id of [failed, cancelled]) {
      await expect(jobs.retry(id, true)).rejects.toMatchObject({
        code: 'job_wrong_state',
        message: expect.stringContaining('retry it without `fix`'),
      });
    }
  });

  it('divides its learning rate by ten each time, from the default of the optimizer on', async () => {
    const { jobs, datasetId, queue } = await openActions();
    const { id } = await jobs.submit({ datasetId, target: 'species', network: { layers: [] } });
    const rates: number[] = [];
    for (let attempt = 0; attempt < 2; attempt++) {
      await queue.claim(ANY);
      await queue.fail(id, diverged);
      const learningRate = (await jobs.get(id)).error?.fix?.['training.optimizer.learningRate'];
      expect((await jobs.retry(id, true)).hyperparameters).toMatchObject({
        training: { optimizer: { learningRate }, clipGradientNorm: 1 },
      });
      rates.push(Number(learningRate));
    }
    expect(rates[0] / rates[1]).toBeCloseTo(10);
  });

  it('has a fix for each network of an ensemble', async () => {
    const { jobs, datasetId, queue } = await openActions();
    const { id } = await jobs.submit({ datasetId, target: 'species', effort: 'standard' });
    await queue.claim(ANY);
    await queue.fail(id, diverged);
    const { error } = await jobs.get(id);
    const { hyperparameters } = await jobs.retry(id, true);
    const members = 'ensemble' in hyperparameters ? (hyperparameters.ensemble?.members ?? []) : [];
    expect(members.length).toBeGreaterThan(1);
    for (const [index, { training }] of members.entries()) {
      const { learningRate } = training.optimizer;
      expect(error?.fix?.[`ensemble.members.${index}.training.optimizer.learningRate`]).toBe(learningRate);
      expect(training.clipGradientNorm).toBe(1);
    }
  });

  it('is no trial of a sweep', async () => {
    const { database, jobs, running, queue } = await openActions();
    const id = await running();
    await queue.fail(id, diverged);
    await database.updateTable('jobs').set({ trial: 1 }).execute();
    await expect(jobs.retry(id, true)).rejects.toThrow('The job is a trial of a sweep');
    expect((await jobs.get(id)).error).not.toHaveProperty('fix');
  });
});

describe('a job that is extended', () => {
  it('has the additional epochs after those that it has completed', async () => {
    const { jobs, running, writeCheckpoint, succeed } = await openActions();
    const id = await running();
    await writeCheckpoint(id, { epoch: 31, finished: true });
    await succeed(id);
    expect(await jobs.extend(id, 20)).toMatchObject({
      state: 'queued',
      finishedAt: null,
      hyperparameters: { training: { epochs: 50 } },
    });
  });

  it('has at most as many epochs as any training', async () => {
    const { jobs, running, writeCheckpoint, succeed } = await openActions();
    const id = await running();
    await writeCheckpoint(id, { epoch: 31, finished: true });
    await succeed(id);
    await expect(jobs.extend(id, 100_000)).rejects.toMatchObject({
      code: 'invalid_spec',
      errors: [{ path: '/epochs', message: expect.stringMatching(/at most 99970 can be added/) }],
    });
  });

  it('is extended once by a repeated request that names the completed epochs', async () => {
    const { jobs, queue, running, writeCheckpoint, succeed } = await openActions();
    const id = await running();
    await writeCheckpoint(id, { epoch: 31, finished: true });
    await succeed(id);
    await expect(jobs.extend(id, 20, 29)).rejects.toMatchObject({
      code: 'job_wrong_state',
      message: expect.stringMatching(/30 epochs, not 29/),
    });
    expect(await jobs.extend(id, 20, 30)).toMatchObject({ state: 'queued' });
    await expect(jobs.extend(id, 20, 30)).rejects.toMatchObject({ code: 'job_wrong_state' });
    await queue.claim(ANY);
    await writeCheckpoint(id, { step: 20, epoch: 51, finished: true });
    await succeed(id);
    await expect(jobs.extend(id, 20, 30)).rejects.toMatchObject({
      message: expect.stringMatching(/50 epochs, not 30/),
    });
  });

  it('needs its last checkpoint', async () => {
    const { jobs, running, writeCheckpoint, succeed } = await openActions();
    const id = await running();
    await writeCheckpoint(id);
    await succeed(id);
    await expect(jobs.extend(id, 20)).rejects.toMatchObject({
      message: expect.stringMatching(/queue a new job with more epochs/),
    });
  });
});

it.each(['resume', 'retry'] as const)('the action %s observes the queue limit of the project', async (action) => {
  const { database, bus, checkpoints, jobs, submit } = await openActions();
  const deps = { database, findDataset: findDataset(database), checkpoints, bus, machine: MACHINE, clock: Date.now };
  const limited = createJobs(deps, { ...TENANT, quotas: { ...TENANT.quotas, queuedJobs: 1 } });
  const id = await submit();
  await (action === 'resume' ? jobs.pause(id) : jobs.cancel(id));
  const before = await jobs.get(id);
  const other = await submit();
  await expect(limited[action](id)).rejects.toMatchObject({ code: 'queued_jobs_quota' });
  expect(await jobs.get(id)).toEqual(before);
  await jobs.cancel(other);
  expect(await limited[action](id)).toMatchObject({ state: 'queued' });
});

describe('a job in the wrong state', () => {
  it.each([
    ['resume', 'queued', 'It can be paused, stopped or cancelled.'],
    ['retry', 'queued', 'It can be paused, stopped or cancelled.'],
    ['retry', 'paused', 'It can be resumed, stopped or cancelled.'],
    ['pause', 'cancelled', 'It can be retried or deleted.'],
    ['stop', 'cancelled', 'It can be retried or deleted.'],
  ] as const)('rejects %s when it is %s, and names the possible actions', async (action, state, remedy) => {
    const { jobs, submit } = await openActions();
    const id = await submit();
    if (state === 'paused') await jobs.pause(id);
    if (state === 'cancelled') await jobs.cancel(id);
    const rejected = expect(jobs[action](id)).rejects;
    await rejected.toMatchObject({
      code: 'job_wrong_state',
      message: expect.stringContaining(`The job is ${state}: `),
    });
    await expect(jobs[action](id)).rejects.toThrow(remedy);
  });

  it('that has succeeded can be extended or deleted', async () => {
    const { jobs, running, succeed } = await openActions();
    const id = await running();
    await succeed(id);
    for (const action of ['pause', 'resume', 'stop', 'cancel', 'retry'] as const) {
      await expect(jobs[action](id)).rejects.toThrow('It can be extended or deleted.');
    }
  });
});
