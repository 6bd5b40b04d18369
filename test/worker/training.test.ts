import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { afterAll, describe, expect, it } from 'vitest';
import { createDatasets } from '../../src/datasets/service.ts';
import { createJobs } from '../../src/jobs/service.ts';
import { foldersOf, prepareFolders } from '../../src/kit/folders.ts';
import { createEventBus } from '../../src/notifications/bus.ts';
import { createFolderBlobs } from '../../src/store/blobs/folder.ts';
import { createTrainingMetrics } from '../../src/worker/run/metrics.ts';
import { createPool, type Pool } from '../../src/worker/thread/pool.ts';
import { startWorker } from '../../src/worker/worker.ts';
import { checkpointsIn, log, makeFolder, over } from '../jobs/fixtures.ts';
import { saveModel } from '../jobs/models.ts';
import { hasLosses, waitFor } from '../jobs/waitFor.ts';
import { TENANT } from '../support/access.ts';
import { DATASET_LIMITS } from '../support/datasetLimits.ts';
import { LONG_JOB } from '../support/longJob.ts';

const THREAD = fileURLToPath(new URL('../../src/worker/thread/thread.ts', import.meta.url));
const LIMITS = { ...DATASET_LIMITS, uploadBytes: 1e8, ingestMemoryBytes: 1e9 };
const CSV = {
  format: 'csv',
  respondAsync: false,
  options: { delimiter: null, header: null, nullValues: null, types: [] },
} as const;

/** 150 numbered flowers of three kinds that differ in the sizes of their petals. */
function flowers(): string {
  const rows = Array.from({ length: 150 }, (_, i) => {
    const kind = i % 3;
    const wobble = ((i * 37) % 50) / 100;
    return [
      `flower-${i}`,
      1.4 + 2 * kind + wobble,
      0.2 + kind + wobble / 2,
      ['setosa', 'versicolor', 'virginica'][kind],
    ];
  });
  return ['id,petal length,petal width,species', ...rows.map((row) => row.join(','))].join('\n');
}

/** A service that trains, with real files and real threads. */
async function openTraining() {
  const { folder, database, close } = makeFolder();
  const folders = foldersOf(folder);
  prepareFolders(folders);
  const { temporary } = folders;
  const tables = createFolderBlobs(folders.datasets);
  const datasets = createDatasets({ database, tables, temporary, clock: Date.now, limits: LIMITS });
  const { id: datasetId } = await datasets.of(TENANT).upload({
    ...CSV,
    name: 'flowers',
    body: Readable.from([Buffer.from(flowers())]),
  });
  const bus = createEventBus();
  const { find: findDataset, findFile } = datasets;
  const checkpoints = checkpointsIn(folder, database);
  const machine = { cores: 2, coresOfJob: 2, memoryBytes: 2 ** 34 };
  const jobs = createJobs({ database, findDataset, checkpoints, bus, machine, clock: Date.now }, TENANT);
  const threads = 2;
  const pool = createPool({ module: THREAD, setup: { kernels: 'auto' }, threads, onError: () => {} });
  /** For each task, whether its thread had to prepare the data. */
  const preparing: boolean[] = [];
  const watched: Pool = {
    ...pool,
    run(task, signal) {
      preparing.push(task.prepared === null);
      return pool.run(task, signal);
    },
  };
  const deps = {
    database,
    findDataset,
    findFile,
    saveModel,
    checkpoints,
    checkpointMs: 10_000,
    bus,
    pool: watched,
    threads,
    cores: 2,
    memoryBytes: 1e12,
    log,
  };
  const worker = startWorker({ ...deps, metrics: createTrainingMetrics(new Registry()), clock: Date.now });
  return {
    jobs,
    bus,
    preparing,
    submit: (request: object) => jobs.submit({ datasetId, ...request }),
    async stop() {
      await worker.stop();
      await datasets.close();
      await close();
    },
  };
}

const { jobs, bus, preparing, submit, stop } = await openTraining();
afterAll(stop);

describe('a training', () => {
  it('needs only a target and an effort to create a model from a table', async () => {
    const { id } = await submit({ target: 'species', effort: 'fast' });
    const job = await over(jobs, id);
    expect(job).toMatchObject({ state: 'succeeded', progress: { fraction: 1, etaSeconds: 0 }, error: null });
    expect(job.latest?.score).toBeLessThan(0.3);
    expect(job.hyperparameters).toMatchObject({ ensemble: { maxSelected: 8 } });
    expect(job.warnings).toContainEqual(expect.objectContaining({ code: 'identifier_left_out', column: 'id' }));
  });

  it('records the losses of each epoch of a single network, and the best epoch', async () => {
    const { id } = await submit({ target: 'species', ensemble: null });
    const job = await over(jobs, id);
    const { items } = await jobs.losses(id, { after: 0, limit: 10_000 });
    expect(items.map(({ epoch }) => epoch)).toEqual(items.map((_, i) => i + 1));
    expect(items).toHaveLength(job.progress?.epoch ?? 0);
    const losses = items.map(({ validationLoss }) => validationLoss ?? Number.NaN);
    expect(job.best).toEqual({ epoch: losses.indexOf(Math.min(...losses)) + 1, validationLoss: Math.min(...losses) });
  });

  it('has the same losses for the same seed when two run at once', async () => {
    const request = { target: 'petal length', training: { epochs: 5, seed: 7 } };
    const ids = [(await submit(request)).id, (await submit(request)).id];
    const histories = await Promise.all(
      ids.map(async (id) => {
        await over(jobs, id);
        const { items } = await jobs.losses(id, { after: 0, limit: 10 });
        return items.map(({ trainingLoss, validationLoss }) => [trainingLoss, validationLoss]);
      }),
    );
    expect(histories[0]).toHaveLength(5);
    expect(histories[0]).toEqual(histories[1]);
  });

  it('shares its prepared data with jobs on the same data, two at once, and has the same result', async () => {
    const request = (learningRate: number, seed = 3) => ({
      target: 'species',
      split: { seed: 11 },
      training: { epochs: 3, seed, optimizer: { type: 'adam', learningRate } },
    });
    const rates = [0.001, 0.002, 0.003, 0.001];
    const before = preparing.length;
    const ids = await Promise.all(rates.map(async (rate) => (await submit(request(rate))).id));
    for (const id of ids) expect(await over(jobs, id)).toMatchObject({ state: 'succeeded' });
    expect(preparing.slice(before)).toEqual([true, false, false, false]);
    const [first, , , last] = await Promise.all(ids.map((id) => jobs.losses(id, { after: 0, limit: 9 })));
    const withoutTime = ({ items }: typeof first) => items.map(({ seconds: _, ...loss }) => loss);
    expect(withoutTime(last)).toEqual(withoutTime(first));
  });

  it('that diverges fails with the epoch and a remedy', async () => {
    const training = { optimizer: { type: 'sgd', learningRate: 100 }, clipGradientNorm: null, loss: 'mse' };
    const job = await over(jobs, (await submit({ target: 'petal length', training })).id);
    expect(job).toMatchObject({ state: 'failed', modelId: null });
    expect(job.error).toMatchObject({
      code: 'loss_diverged',
      message: expect.stringMatching(/epoch \d+.*learning rate/s),
    });
  });

  it('that diverged starts from the beginning when it is retried, and diverges again', async () => {
    const training = { optimizer: { type: 'sgd', learningRate: 100 }, clipGradientNorm: null, loss: 'mse' };
    const { id } = await submit({ target: 'petal length', training });
    const { error } = await over(jobs, id);
    await jobs.retry(id);
    expect(await over(jobs, id)).toMatchObject({ state: 'failed', error, attempts: 2 });
  });

  it('that diverged succeeds with the fix that its error lists', async () => {
    const training = { optimizer: { type: 'sgd', learningRate: 100 }, clipGradientNorm: null, loss: 'mse' };
    const { id } = await submit({ target: 'petal length', training });
    const fix = { 'training.optimizer.learningRate': 0.001, 'training.clipGradientNorm': 1 };
    expect((await over(jobs, id)).error).toMatchObject({ code: 'loss_diverged', fix });
    await jobs.retry(id, true);
    const fixed = await over(jobs, id);
    expect(fixed).toMatchObject({ state: 'succeeded', error: null, attempts: 2 });
    expect(fixed.hyperparameters).toMatchObject({
      training: { optimizer: { type: 'sgd', learningRate: 0.001 }, clipGradientNorm: 1 },
    });
  });

  it('stops before its end when it is cancelled', async () => {
    const { id } = await submit({ target: 'species', ...LONG_JOB });
    await waitFor(jobs, bus, id, hasLosses);
    await jobs.cancel(id);
    const job = await over(jobs, id);
    expect(job).toMatchObject({ state: 'cancelled', modelId: null, progress: { epochs: 100_000 } });
  });

  it('fails with an issue that only the data shows', async () => {
    const split = { method: 'column', column: 'id' };
    const job = await over(jobs, (await submit({ target: 'petal length', split })).id);
    expect(job.error).toMatchObject({ code: 'invalid_spec', message: expect.stringMatching(/train.*'flower-0'/) });
  });
});
