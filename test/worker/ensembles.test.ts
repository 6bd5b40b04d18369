import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDatasets } from '../../src/datasets/service.ts';
import { createJobMembers } from '../../src/jobs/members/routes.ts';
import { createJobs } from '../../src/jobs/service.ts';
import { foldersOf, prepareFolders } from '../../src/kit/folders.ts';
import { saveModel } from '../../src/models/stored/save/saveModel.ts';
import { createEventBus } from '../../src/notifications/bus.ts';
import { createFolderBlobs } from '../../src/store/blobs/folder.ts';
import { createTrainingMetrics } from '../../src/worker/run/metrics.ts';
import { createPool } from '../../src/worker/thread/pool.ts';
import { startWorker } from '../../src/worker/worker.ts';
import { checkpointsIn, log, makeFolder, over } from '../jobs/fixtures.ts';
import { TENANT } from '../support/access.ts';
import { DATASET_LIMITS } from '../support/datasetLimits.ts';
import { until } from '../support/until.ts';

const THREAD = fileURLToPath(new URL('../../src/worker/thread/thread.ts', import.meta.url));
const LIMITS = { ...DATASET_LIMITS, uploadBytes: 1e8, ingestMemoryBytes: 1e9 };
const CSV = {
  format: 'csv',
  respondAsync: false,
  options: { delimiter: null, header: null, nullValues: null, types: [] },
} as const;

/** Numbers of three kinds, with noise. */
function rows(count: number): string {
  const lines = Array.from({ length: count }, (_, i) => {
    const kind = i % 3;
    const wobble = ((i * 37) % 101) / 100;
    return [1.4 + kind + wobble, 0.2 + kind - wobble / 2, ((i * 7) % 13) / 13, ['a', 'b', 'c'][kind]];
  });
  return ['length,width,noise,kind', ...lines.map((line) => line.join(','))].join('\n');
}

const NETWORKS = [
  { network: { layers: [{ units: 12 }] }, training: { epochs: 6 } },
  {
    network: { embedding: { type: 'cosine', width: 4, scale: 0.5 }, layers: [{ units: 8 }, { units: 8 }] },
    features: { bins: 3 },
    training: { epochs: 9 },
  },
  { network: { layers: [{ units: 6 }] }, training: { epochs: 5, labelSmoothing: 0.1 } },
];
/** Trains for as long as a test needs to do something about it. */
const LONG = { network: { layers: [{ units: 8 }] }, training: { epochs: 100_000, earlyStopping: null, batchSize: 4 } };

const DIVERGING = {
  network: { layers: [{ units: 8 }] },
  training: { optimizer: { type: 'sgd', learningRate: 100 }, schedule: { type: 'constant' }, clipGradientNorm: null },
};

/** A service with real files, threads and database; `threads` jobs share `cores`. */
async function openService(cores: number, { threads = 1, checkpointMs = 10_000 } = {}) {
  const { folder, database, close } = makeFolder();
  const folders = foldersOf(folder);
  prepareFolders(folders);
  const { temporary } = folders;
  const tables = createFolderBlobs(folders.datasets);
  const datasets = createDatasets({ database, tables, temporary, clock: Date.now, limits: LIMITS });
  const body = Readable.from([Buffer.from(rows(240))]);
  const { id: datasetId } = await datasets.of(TENANT).upload({ ...CSV, name: 'kinds', body });
  const bus = createEventBus();
  const { find: findDataset, findFile } = datasets;
  const checkpoints = checkpointsIn(folder, database);
  const machine = { cores, coresOfJob: cores, memoryBytes: 2 ** 34 };
  const jobs = createJobs({ database, findDataset, checkpoints, bus, machine, clock: Date.now }, TENANT);
  const start = () => {
    const pool = createPool({ module: THREAD, setup: { kernels: 'auto' }, threads, cores, onError: () => {} });
    const deps = { database, findDataset, findFile, saveModel, checkpoints, checkpointMs, bus, pool, log };
    const metrics = createTrainingMetrics(new Registry());
    return startWorker({ ...deps, threads, cores, memoryBytes: 1e12, metrics, clock: Date.now });
  };
  let worker = start();
  onTestFinished(async () => {
    await worker.stop();
    await datasets.close();
    await close();
  });
  return {
    database,
    jobs,
    members: createJobMembers({ database }, TENANT),
    checkpoints,
    submit: (request: object) => jobs.submit({ datasetId, target: 'kind', ...request }),
    async restart() {
      await worker.stop();
      worker = start();
    },
    /** The hash of the parameters of the model of a job. */
    async hashOf(modelId: string | null) {
      const model = database.selectFrom('models').select('sha256').where('id', '=', String(modelId));
      return (await model.executeTakeFirstOrThrow()).sha256;
    },
    async logsOf(jobId: string) {
      const events = database.selectFrom('events').select('data').where('jobId', '=', jobId).where('type', '=', 'log');
      return (await events.execute()).map(({ data }) => JSON.parse(data) as { code: string; message: string });
    },
  };
}

describe('an ensemble', () => {
  it('trains its networks to one model, whose bits do not depend on the cores', async () => {
    const hashes: string[] = [];
    for (const cores of [1, 3]) {
      const service = await openService(cores);
      const { id } = await service.submit({ ensemble: { members: NETWORKS, maxSelected: 4 } });
      const job = await over(service.jobs, id);
      expect(job).toMatchObject({ state: 'succeeded', error: null, progress: { fraction: 1, epoch: 20, epochs: 20 } });
      const { items } = await service.members(id);
      expect(items.map(({ state, losses }) => [state, losses.length])).toEqual([
        ['trained', 6],
        ['trained', 9],
        ['trained', 5],
      ]);
      expect(items[0].layers.map(({ shapes }) => shapes)).toEqual([
        { W: [12, expect.any(Number)], b: [12, 1] },
        { W: [3, 12], b: [3, 1] },
      ]);
      expect(items[1].layers[0]).toEqual({
        ...{ layer: 0, units: expect.any(Number), activation: 'linear', normalization: null, dropout: 0 },
        shapes: { w: [3, 3], b: [3, 3], s: [3, 4], t: [3, 4] },
      });
      expect(items[1].layers.map(({ layer }) => layer)).toEqual([0, 1, 2, 3]);
      expect(items[1].layers[1].shapes.W).toEqual([8, items[1].layers[0].units]);
      const weights = items.flatMap(({ selected }) => selected.map(({ weight }) => weight));
      expect(weights.length).toBeGreaterThanOrEqual(3);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
      for (const { best } of items) expect(best?.score).toBeGreaterThan(0);
      const messages = (await service.logsOf(id)).map(({ code }) => code);
      expect(messages).toEqual(expect.arrayContaining(['training_started', 'member_trained', 'ensemble_selected']));
      hashes.push(await service.hashOf(job.modelId));
    }
    expect(hashes[1]).toBe(hashes[0]);
  });

  it('has the same bits after a pause in the middle', async () => {
    const service = await openService(2);
    const members = [{ ...LONG, training: { ...LONG.training, epochs: 4000 } }, ...NETWORKS];
    const whole = await over(service.jobs, (await service.submit({ ensemble: { members } })).id);
    const { id } = await service.submit({ ensemble: { members } });
    const read = () => service.jobs.get(id);
    await until(read, ({ progress }) => (progress?.step ?? 0) > 0);
    await service.jobs.pause(id);
    const paused = await until(read, ({ state }) => state !== 'running');
    expect(paused).toMatchObject({ state: 'paused', modelId: null });
    await service.jobs.resume(id);
    const job = await over(service.jobs, id);
    expect(job.state).toBe('succeeded');
    expect(await service.hashOf(job.modelId)).toBe(await service.hashOf(whole.modelId));
  });

  it('becomes a model of its snapshots so far when it is stopped', async () => {
    const service = await openService(2);
    const { id } = await service.submit({ ensemble: { members: [LONG, ...NETWORKS] } });
    await until(
      () => service.jobs.get(id),
      ({ latest }) => latest !== null,
    );
    await service.jobs.stop(id);
    const job = await over(service.jobs, id);
    expect(job).toMatchObject({ state: 'succeeded', error: null });
    expect(job.modelId).not.toBeNull();
  });

  it('pauses a network while another job needs its core, with the same bits', async () => {
    const service = await openService(2, { threads: 2, checkpointMs: 50 });
    const members = [1, 2].map((seed) => ({ ...LONG, training: { ...LONG.training, epochs: 3000, seed } }));
    const whole = await over(service.jobs, (await service.submit({ ensemble: { members } })).id);
    const { id } = await service.submit({ ensemble: { members } });
    const threadsAre = (count: number) =>
      until(
        () => service.jobs.get(id),
        ({ progress, state }) => progress?.threads === count || state !== 'running',
      );
    await threadsAre(2);
    const other = await service.submit({ ...LONG, ensemble: null });
    const paused = await threadsAre(1);
    expect(paused).toMatchObject({ state: 'running', progress: { threads: 1 } });
    await service.jobs.cancel(other.id);
    const job = await over(service.jobs, id);
    expect(job).toMatchObject({ state: 'succeeded', progress: { epoch: 6000, fraction: 1 } });
    const { items } = await service.members(id);
    expect(items.map(({ losses }) => losses.length)).toEqual([3000, 3000]);
    expect(await service.hashOf(job.modelId)).toBe(await service.hashOf(whole.modelId));
  });

  it('does not train a network again that has diverged before a restart', async () => {
    const service = await openService(2, { checkpointMs: 50 });
    const { id } = await service.submit({ target: 'length', ensemble: { members: [DIVERGING, LONG, DIVERGING] } });
    const states = async () => (await service.members(id)).items.map(({ state }) => state);
    const divergences = async () => (await service.logsOf(id)).filter(({ code }) => code === 'member_diverged').length;
    await until(states, (now) => now.filter((state) => state === 'diverged').length === 2);
    await until(
      () => service.checkpoints.ofJob(id),
      (rows) => rows.length > 0,
    );
    await service.restart();
    await until(
      () => service.logsOf(id),
      (logs) => logs.some(({ code }) => code === 'training_resumed'),
    );
    await until(states, (now) => now[1] === 'training');
    const counted = await divergences();
    await service.jobs.stop(id);
    const { warnings, state } = await over(service.jobs, id);
    expect([state, counted, await states()]).toEqual(['succeeded', 2, ['diverged', expect.any(String), 'diverged']]);
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Network 1 has left the ensemble\. The loss was no longer a finite number/),
      expect.stringMatching(/^Network 3 has left the ensemble\. The loss was no longer a finite number/),
    ]);
  });

  it('loses a network that diverges, with a warning', async () => {
    const service = await openService(2);
    const { id } = await service.submit({
      target: 'length',
      ensemble: { members: [DIVERGING, NETWORKS[0]] },
    });
    const job = await over(service.jobs, id);
    expect(job.state).toBe('succeeded');
    expect(job.warnings).toContainEqual({
      code: 'member_diverged',
      message: expect.stringMatching(/^Network 1 has left the ensemble\. The loss was no longer a finite number/),
    });
    const { items } = await service.members(id);
    expect(items.map(({ state }) => state)).toEqual(['diverged', 'trained']);
    expect(items[0].selected).toEqual([]);
    const all = await service.submit({ target: 'length', ensemble: { members: [DIVERGING, DIVERGING] } });
    expect(await over(service.jobs, all.id)).toMatchObject({
      state: 'failed',
      error: { code: 'loss_diverged', message: expect.stringMatching(/^All networks of the ensemble diverged\./) },
    });
  });

  it('trains each network for more epochs when it is extended', async () => {
    const service = await openService(2);
    const { id } = await service.submit({ ensemble: { members: NETWORKS } });
    const first = await over(service.jobs, id);
    await service.jobs.extend(id, 4, 20);
    const job = await over(service.jobs, id);
    expect(job).toMatchObject({ state: 'succeeded', progress: { epoch: 32, epochs: 32, fraction: 1 } });
    expect(job.modelId).not.toBe(first.modelId);
    const { items } = await service.members(id);
    expect(items.map(({ losses }) => losses.length)).toEqual([10, 13, 9]);
  });

  it('trains each member once a fold, with the same bits for any number of cores and after a pause', async () => {
    const members = [{ ...LONG, training: { ...LONG.training, epochs: 100 } }, ...NETWORKS.slice(1)];
    const request = { ensemble: { members, folds: 3, maxSelected: 6 } };
    const hashes: string[] = [];
    for (const cores of [1, 3]) {
      const service = await openService(cores);
      const { id } = await service.submit(request);
      if (cores > 1) {
        const read = () => service.jobs.get(id);
        await until(read, ({ progress }) => (progress?.step ?? 0) > 0);
        await service.jobs.pause(id);
        expect(await until(read, ({ state }) => state !== 'running')).toMatchObject({ state: 'paused' });
        await service.jobs.resume(id);
      }
      const job = await over(service.jobs, id);
      expect(job).toMatchObject({ state: 'succeeded', error: null, progress: { fraction: 1, epochs: 3 * 114 } });
      const { items } = await service.members(id);
      expect(items.map(({ member, fold, state }) => [member, fold, state])).toEqual(
        [1, 2, 3].flatMap((member) => [1, 2, 3].map((fold) => [member, fold, 'trained'])),
      );
      const weights = items.flatMap(({ selected }) => selected.map(({ weight }) => weight));
      expect(weights).toHaveLength(6);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
      hashes.push(await service.hashOf(job.modelId));
    }
    expect(hashes[1]).toBe(hashes[0]);
  });

  it('becomes a model of the members with all folds when it is stopped', async () => {
    const service = await openService(2);
    const { id } = await service.submit({ ensemble: { members: [NETWORKS[0], LONG], folds: 2 } });
    await until(
      () => service.jobs.get(id),
      ({ latest }) => latest !== null,
    );
    await service.jobs.stop(id);
    expect(await over(service.jobs, id)).toMatchObject({ state: 'succeeded', error: null });
    const early = await service.submit({ ensemble: { members: [LONG], folds: 3 } });
    await until(
      () => service.jobs.get(early.id),
      ({ progress }) => (progress?.step ?? 0) > 0,
    );
    await service.jobs.stop(early.id);
    const job = await over(service.jobs, early.id);
    expect(job).toMatchObject({ state: 'succeeded', error: null });
    const { items } = await service.members(early.id);
    for (const { selected } of items) expect(selected.length).toBeGreaterThan(0);
  });

  it('loses a member of which the network of one fold diverges', async () => {
    const service = await openService(2);
    const training = { optimizer: { type: 'sgd', learningRate: 100 }, schedule: { type: 'constant' }, epochs: 100_000 };
    const diverging = { network: { layers: [{ units: 8 }] }, training: { ...training, clipGradientNorm: null } };
    const ensemble = { members: [diverging, NETWORKS[0]], folds: 2 };
    const { id } = await service.submit({ target: 'length', ensemble });
    const job = await over(service.jobs, id);
    expect(job.state).toBe('succeeded');
    expect(job.warnings.filter(({ code }) => code === 'member_diverged')).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/^Network 1 in fold [12] has left the ensemble\./) }),
    ]);
    const { items } = await service.members(id);
    expect(items.map(({ state }) => state)).toEqual(['diverged', 'diverged', 'trained', 'trained']);
  });

  it('extends the networks of all folds', async () => {
    const service = await openService(2);
    const { id } = await service.submit({ ensemble: { members: NETWORKS.slice(0, 1), folds: 2 } });
    await over(service.jobs, id);
    await service.jobs.extend(id, 4, 12);
    expect(await over(service.jobs, id)).toMatchObject({ state: 'succeeded', progress: { epoch: 20, epochs: 20 } });
    const { items } = await service.members(id);
    expect(items.map(({ losses }) => losses.length)).toEqual([10, 10]);
  });
});
