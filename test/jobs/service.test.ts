import { describe, expect, it } from 'vitest';
import { jobsQuery } from '../../src/jobs/schemas.ts';
import type { Machine } from '../../src/jobs/submission/threadWarnings.ts';
import { NO_QUOTAS } from '../../src/kit/contract/caller.ts';
import { storedBytes } from '../../src/store/storedBytes.ts';
import { TENANT } from '../support/access.ts';
import { moveTo } from '../support/jobStates.ts';
import { findDataset, insertDataset } from './datasets.ts';
import { openJobs } from './fixtures.ts';

async function openService(machine?: Machine) {
  const { database, jobs, bus } = openJobs(machine);
  const datasetId = await insertDataset(database);
  const submit = (request: object = {}) => jobs.submit({ datasetId, target: 'species', ...request });
  const list = async (query: object = {}) => {
    const { items, next } = await jobs.list(jobsQuery.parse(query));
    return { ids: items.map(({ id }) => id), next };
  };
  return { database, jobs, bus, datasetId, submit, list };
}

const waitingFor = (waitMs: number) => ({ waitMs, signal: new AbortController().signal });

describe('a job that is submitted', () => {
  it('is queued with every default filled in', async () => {
    const { submit, datasetId } = await openService();
    const job = await submit({ network: { layers: [{ units: 8 }] } });
    expect(job).toMatchObject({
      id: expect.stringMatching(/^job_[0-9a-z]{26}$/),
      name: 'iris-species',
      datasetId,
      state: 'queued',
      queuePosition: 1,
      progress: null,
      attempts: 0,
      modelId: null,
      error: null,
      priority: 0,
      labels: {},
      startedAt: null,
      finishedAt: null,
    });
    expect(job.hyperparameters).toMatchObject({
      target: 'species',
      task: 'multiclass',
      split: { method: 'random', validation: 0.15, test: 0.15, stratify: true, seed: 1 },
      network: { layers: [{ units: 8, activation: 'relu', initializer: 'he', normalization: null, dropout: 0 }] },
      training: { loss: 'crossEntropy', batchSize: expect.any(Number), epochs: expect.any(Number), seed: 1 },
    });
  });

  it('can be submitted again with the hyperparameters of the response', async () => {
    const { submit, jobs } = await openService();
    const { hyperparameters } = await submit({ labels: { team: 'risk' }, priority: 3 });
    expect((await jobs.submit(hyperparameters)).hyperparameters).toEqual(hyperparameters);
  });

  it('is rejected when its dataset is deleted while the request is checked', async () => {
    const deleting = async (id: string) => {
      const dataset = await findDataset(database)(id);
      await database.deleteFrom('datasets').execute();
      return dataset;
    };
    const { database, jobs } = openJobs(undefined, { findDataset: deleting });
    const datasetId = await insertDataset(database);
    const submitted = jobs.submit({ datasetId, target: 'species' });
    await expect(submitted).rejects.toMatchObject({ code: 'invalid_spec', errors: [{ path: '/datasetId' }] });
  });

  it('is rejected if its model would exceed the storage quota, with the needed and the free bytes', async () => {
    const { database, jobsOf } = openJobs();
    const datasetId = await insertDataset(database);
    const network = { layers: [{ units: 100, normalization: 'batch' }, { units: 10 }] };
    const submit = (quotaBytes: number) =>
      jobsOf({ ...TENANT, quotas: { ...NO_QUOTAS, storedBytes: quotaBytes } }).submit({
        ...{ datasetId, target: 'species', network },
      });
    const stored = await storedBytes(database, TENANT.project);
    const rejection = await submit(stored).catch((error: unknown) => error);
    expect(rejection).toMatchObject({
      code: 'stored_bytes_quota',
      message: expect.stringMatching(/ 0 of \d+ bytes are free/),
    });
    const bytes = Number(/needs about (\d+) bytes/.exec(String(rejection))?.[1]);
    await expect(submit(stored + bytes - 1)).rejects.toMatchObject({ code: 'stored_bytes_quota' });
    expect(await submit(stored + bytes)).toMatchObject({ state: 'queued' });
  });

  it('may request more cores than the machine has, and gets a warning', async () => {
    const { submit } = await openService();
    const job = await submit({ training: { threads: 64 } });
    expect(job.hyperparameters.training).toMatchObject({ threads: 64 });
    expect(job.warnings).toContainEqual({
      code: 'fewer_threads',
      message: expect.stringContaining('this machine has 4 cores: the training uses 4 at most'),
    });
    expect((await submit({ training: { threads: 4 } })).warnings.map(({ code }) => code)).not.toContain(
      'fewer_threads',
    );
  });

  it('gets a warning when the kernels use one core', async () => {
    const { submit } = await openService({ cores: 4, coresOfJob: 1, memoryBytes: 2 ** 34 });
    const { warnings } = await submit({ training: { threads: 2 } });
    expect(warnings).toContainEqual({ code: 'fewer_threads', message: expect.stringContaining('one core for a job') });
    expect((await submit()).warnings.map(({ code }) => code)).not.toContain('fewer_threads');
  });

  it('shows its position in the queue', async () => {
    const { submit, jobs } = await openService();
    const first = await submit();
    const second = await submit();
    const urgent = await submit({ priority: 1 });
    const positions = await Promise.all(
      [urgent, first, second].map(async ({ id }) => (await jobs.get(id)).queuePosition),
    );
    expect(positions).toEqual([1, 2, 3]);
  });
});

describe('the list of jobs', () => {
  it('is newest first, in pages', async () => {
    const { submit, list } = await openService();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift((await submit()).id);
    const first = await list({ limit: 2 });
    const second = await list({ limit: 2, after: first.next });
    const third = await list({ limit: 2, after: second.next });
    expect([first.ids, second.ids, third.ids]).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
    expect(third.next).toBeNull();
  });

  it('is filtered by state, dataset and labels', async () => {
    const { database, submit, list, jobs, datasetId } = await openService();
    const other = await insertDataset(database);
    const risk = await submit({ labels: { team: 'risk', stage: 'a:b' } });
    const growth = await submit({ labels: { team: 'growth' } });
    const elsewhere = await submit({ datasetId: other });
    await jobs.cancel(growth.id);
    expect((await list({ state: 'cancelled' })).ids).toEqual([growth.id]);
    expect((await list({ state: ['queued', 'cancelled'], datasetId })).ids).toEqual([growth.id, risk.id]);
    expect((await list({ datasetId: other })).ids).toEqual([elsewhere.id]);
    expect((await list({ label: 'team:risk' })).ids).toEqual([risk.id]);
    expect((await list({ label: ['team:risk', 'stage:a:b'] })).ids).toEqual([risk.id]);
    expect((await list({ label: ['team:risk', 'stage:c'] })).ids).toEqual([]);
  });
});

describe('a cancelled job', () => {
  it('leaves the queue at once', async () => {
    const { submit, jobs } = await openService();
    const { id } = await submit();
    expect(await jobs.cancel(id)).toMatchObject({ state: 'cancelled', queuePosition: null });
    expect((await jobs.get(id)).finishedAt).not.toBeNull();
  });

  it('can be cancelled again without a change', async () => {
    const { submit, jobs } = await openService();
    const { id } = await submit();
    const cancelled = await jobs.cancel(id);
    expect(await jobs.cancel(id)).toEqual(cancelled);
  });

  it('can be deleted, whereas a job that has not ended cannot', async () => {
    const { submit, jobs } = await openService();
    const { id } = await submit({ labels: { team: 'risk' } });
    await expect(jobs.remove(id)).rejects.toMatchObject({ code: 'job_wrong_state' });
    await jobs.cancel(id);
    await jobs.remove(id);
    await expect(jobs.get(id)).rejects.toMatchObject({ code: 'job_not_found' });
    await expect(jobs.remove(id)).rejects.toMatchObject({ code: 'job_not_found' });
  });
});

describe('a job that has ended', () => {
  it('cannot be cancelled', async () => {
    const { database, submit, jobs } = await openService();
    const { id } = await submit();
    await moveTo(database, { to: 'running' });
    await moveTo(database, { to: 'succeeded', now: 1 });
    await expect(jobs.cancel(id)).rejects.toMatchObject({
      code: 'job_wrong_state',
      message: expect.stringMatching(/succeeded/),
    });
  });
});

describe('waiting for a job', () => {
  it('ends with the notification of its end', async () => {
    const { submit, jobs } = await openService();
    const { id } = await submit();
    const waiting = jobs.get(id, waitingFor(60_000));
    await jobs.cancel(id);
    expect(await waiting).toMatchObject({ state: 'cancelled' });
  });

  it('ends without a notification too, when another process wrote the final state', async () => {
    const { database, submit, jobs } = await openService();
    const { id } = await submit();
    const waiting = jobs.get(id, waitingFor(60_000));
    await moveTo(database, { to: 'cancelled', now: 1 });
    expect(await waiting).toMatchObject({ state: 'cancelled' });
  });

  it('ends when the time has passed, and when the client is gone', async () => {
    const { submit, jobs } = await openService();
    const { id } = await submit();
    expect(await jobs.get(id, waitingFor(1))).toMatchObject({ state: 'queued' });
    const gone = new AbortController();
    const waiting = jobs.get(id, { waitMs: 60_000, signal: gone.signal });
    gone.abort();
    expect(await waiting).toMatchObject({ state: 'queued' });
  });
});

describe('losses', () => {
  it('are listed in pages of epochs', async () => {
    const { database, submit, jobs } = await openService();
    const { id } = await submit();
    const epochs = [1, 2, 3, 4, 5].map((epoch) => ({
      ...{ jobId: id, epoch, step: epoch, trainingLoss: 1 / epoch, validationLoss: null },
      ...{ metrics: '{"rocAuc":null}', learningRate: 0.1, seconds: 1 },
    }));
    await database.insertInto('losses').values(epochs).execute();
    const page = await jobs.losses(id, { after: 1, limit: 2 });
    expect(page).toMatchObject({ items: [{ epoch: 2, metrics: { rocAuc: null } }, { epoch: 3 }], next: '3' });
    expect(await jobs.losses(id, { after: 3, limit: 2 })).toMatchObject({
      items: [{ epoch: 4 }, { epoch: 5 }],
      next: null,
    });
  });

  it('of a job that does not exist are an error', async () => {
    const { jobs } = await openService();
    await expect(jobs.losses('job_none', { after: 0, limit: 1 })).rejects.toMatchObject({ code: 'job_not_found' });
  });
});
