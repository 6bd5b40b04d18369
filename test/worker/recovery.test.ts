import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatasets } from '../../src/datasets/service.ts';
import type { Job } from '../../src/jobs/schemas.ts';
import { createJobs } from '../../src/jobs/service.ts';
import { checkRequest } from '../../src/jobs/submission/check.ts';
import { insertTrial, resumeTrial } from '../../src/jobs/trials.ts';
import { foldersOf, prepareFolders } from '../../src/kit/folders.ts';
import { createEventBus } from '../../src/notifications/bus.ts';
import { createFolderBlobs } from '../../src/store/blobs/folder.ts';
import { storedBytes } from '../../src/store/storedBytes.ts';
import type { StopRule } from '../../src/training/loop/stopRule.ts';
import { startSupervisor } from '../../src/worker/supervisor.ts';
import { checkpointsIn, log, makeFolder, over } from '../jobs/fixtures.ts';
import { insertSweep } from '../jobs/sweeps.ts';
import { waitFor } from '../jobs/waitFor.ts';
import { TENANT } from '../support/access.ts';
import { DATASET_LIMITS } from '../support/datasetLimits.ts';
import { until } from '../support/until.ts';

/** The worker process of the program itself. */
const PROGRAM = fileURLToPath(new URL('../../src/server/trainingProcess.ts', import.meta.url));
const LIMITS = { ...DATASET_LIMITS, uploadBytes: 1e8 };
const CSV = {
  format: 'csv',
  respondAsync: false,
  options: { delimiter: null, header: null, nullValues: null, types: [] },
} as const;

/**
 * A training with every kind of state: running statistics, dropout masks, moments, and a schedule
 * and a patience that depend on the losses. It is interrupted early in its epochs, so that a fast
 * machine does not end it before.
 */
const REQUEST = {
  target: 'kind',
  network: {
    layers: [
      { units: 64, normalization: 'batch', dropout: 0.3 },
      { units: 48, normalization: 'layer' },
    ],
  },
  training: {
    epochs: 600,
    batchSize: 32,
    optimizer: { type: 'adam', learningRate: 0.001 },
    schedule: { type: 'plateau', factor: 0.7, patience: 20 },
    earlyStopping: { metric: 'validationLoss', patience: 250 },
  },
};

/** Three kinds that overlap, so that a training needs many epochs. */
function table(): string {
  const rows = Array.from({ length: 1500 }, (_, i) => {
    const noise = (salt: number) => createHash('md5').update(`${salt} ${i}`).digest().readUInt32LE() / 2 ** 32;
    const kind = i % 3;
    return [kind + 3 * noise(1), kind * noise(2), 5 * noise(3), ['red', 'green', 'blue'][kind]];
  });
  return ['length,width,height,kind', ...rows.map((row) => row.join(','))].join('\n');
}

async function openService() {
  const { folder, database, close } = makeFolder();
  const folders = foldersOf(folder);
  prepareFolders(folders);
  const { temporary } = folders;
  const tables = createFolderBlobs(folders.datasets);
  const datasets = createDatasets({ database, tables, temporary, clock: Date.now, limits: LIMITS });
  const body = Readable.from([Buffer.from(table())]);
  const { id: datasetId } = await datasets.of(TENANT).upload({ ...CSV, name: 'kinds', body });
  const bus = createEventBus();
  const checkpoints = checkpointsIn(folder, database);
  const machine = { cores: 2, coresOfJob: 2, memoryBytes: 2 ** 34 };
  const jobs = createJobs({ database, findDataset: datasets.find, checkpoints, bus, machine, clock: Date.now }, TENANT);
  const start = (checkpointSeconds = 0.05) => {
    const flags = { data: folder, workers: 1, 'checkpoint-seconds': checkpointSeconds, 'log-level': 'silent' };
    const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
    return startSupervisor({ database, module: PROGRAM, args, bus, clock: Date.now, log });
  };
  let supervisor = start();
  return {
    jobs,
    database,
    checkpoints,
    folder: folders.checkpoints,
    submit: async (request: object = REQUEST) => (await jobs.submit({ datasetId, ...request })).id,
    async submitTrial(stopRule: StopRule) {
      const checked = await checkRequest({ datasetId, ...REQUEST }, datasets.find, machine);
      const trial = { project: TENANT.project, sweepId: await insertSweep(database, datasetId), trial: 0, stopRule };
      const id = await insertTrial(database, { ...trial, checked, machine, now: Date.now() });
      bus.publish({ kind: 'queued' });
      return id;
    },
    async resumeTrial(id: string, stopRule: StopRule | null) {
      expect(await resumeTrial(database, id, stopRule)).toBe(true);
      bus.publish({ kind: 'queued' });
    },
    when: (id: string, isReached: (job: Job) => boolean) => waitFor(jobs, bus, id, isReached),
    kill() {
      process.kill(supervisor.pid() ?? Number.NaN, 'SIGKILL');
    },
    stop: () => supervisor.stop(),
    start(checkpointSeconds?: number) {
      supervisor = start(checkpointSeconds);
    },
    async close() {
      await supervisor.stop();
      await datasets.close();
      await close();
    },
  };
}

const service = await openService();
const { jobs, database, checkpoints, folder, submit, when, kill, close } = service;
afterAll(close);

const passed = (epoch: number) => (job: Job) => (job.progress?.epoch ?? 0) >= epoch;

/**
 * The result of the ended job: the hash of the model's parameters, and every epoch without its
 * duration.
 */
async function resultOf(id: string) {
  const { state, error, modelId, progress, best } = await over(jobs, id);
  const model = await database
    .selectFrom('models')
    .select('sha256')
    .where('id', '=', modelId ?? '')
    .executeTakeFirst();
  const { items } = await jobs.losses(id, { after: 0, limit: 10_000 });
  const losses = items.map(({ seconds: _, ...loss }) => loss);
  return { state, error, sha256: model?.sha256, epoch: progress?.epoch, step: progress?.step, best, losses };
}

let uninterrupted: Awaited<ReturnType<typeof resultOf>>;
beforeAll(async () => {
  uninterrupted = await resultOf(await submit());
});

/** Pauses the job once it has completed the epoch and has two checkpoints. */
async function pausedAt(id: string, epoch: number): Promise<Job> {
  await when(id, passed(epoch));
  await until(
    () => checkpoints.ofJob(id),
    (stored) => stored.length === 2,
  );
  await jobs.pause(id);
  return when(id, ({ state }) => state === 'paused');
}

async function filesOf(id: string): Promise<readonly string[]> {
  const rows = await checkpoints.ofJob(id);
  return rows.map(({ file }) => join(folder, file));
}

/** Two networks that train at once and one that waits, with state as `REQUEST`. */
const ENSEMBLE = {
  target: 'kind',
  ensemble: {
    members: [
      { network: REQUEST.network, training: { ...REQUEST.training, epochs: 200 } },
      { network: { layers: [{ units: 32 }] }, features: { bins: 3 }, training: { epochs: 150, batchSize: 32 } },
      { network: { layers: [{ units: 24 }] }, training: { epochs: 150, batchSize: 32, labelSmoothing: 0.1 } },
    ],
    maxSelected: 6,
  },
};

describe('an ensemble ends with the same bits as an uninterrupted one', () => {
  const finished = async (id: string) => {
    const { best: _, step: __, losses: ___, ...result } = await resultOf(id);
    const rows = database.selectFrom('jobMemberLosses').selectAll().where('jobId', '=', id);
    const losses = await rows.orderBy('member').orderBy('epoch').execute();
    return { ...result, losses: losses.map(({ jobId: _jobId, seconds: _seconds, ...loss }) => loss) };
  };
  const advanced = (fraction: number) => (job: Job) => (job.progress?.fraction ?? 0) >= fraction;
  let whole: Awaited<ReturnType<typeof finished>>;
  beforeAll(async () => {
    whole = await finished(await submit(ENSEMBLE));
  });

  it('when its worker is killed several times', async () => {
    expect(whole).toMatchObject({ state: 'succeeded', error: null });
    const id = await submit(ENSEMBLE);
    for (const [index, fraction] of [0.01, 0.3, 0.6].entries()) {
      await when(id, advanced(fraction));
      kill();
      await when(id, ({ attempts }) => attempts === index + 2);
    }
    expect(await finished(id)).toEqual(whole);
  });

  it('when its worker is killed while it trains folds', async () => {
    const { members } = ENSEMBLE.ensemble;
    const inFolds = { ...ENSEMBLE, ensemble: { members: members.slice(1), folds: 2, maxSelected: 6 } };
    const expected = await finished(await submit(inFolds));
    expect(expected).toMatchObject({ state: 'succeeded', error: null });
    const id = await submit(inFolds);
    for (const [index, fraction] of [0.05, 0.5].entries()) {
      await when(id, advanced(fraction));
      kill();
      await when(id, ({ attempts }) => attempts === index + 2);
    }
    expect(await finished(id)).toEqual(expected);
  });

  it('when a checkpoint of a network is damaged', async () => {
    const id = await submit(ENSEMBLE);
    await when(id, advanced(0.2));
    await jobs.pause(id);
    await when(id, ({ state }) => state === 'paused');
    const files = await filesOf(id);
    truncateSync(files[Math.floor(files.length / 2)], 100);
    await jobs.resume(id);
    expect(await finished(id)).toEqual(whole);
  });
});

describe('a job ends with the same bits as an uninterrupted one', () => {
  it('which ends by early stopping, after its learning rate was reduced', () => {
    expect(uninterrupted.state).toBe('succeeded');
    expect(uninterrupted.losses.length).toBeLessThan(REQUEST.training.epochs);
    expect(uninterrupted.losses.at(-1)?.learningRate).toBeLessThan(0.001);
  });

  it('when it is paused and resumed several times', async () => {
    const id = await submit();
    for (const epoch of [5, 20, 40]) {
      const paused = await pausedAt(id, epoch);
      expect(paused).toMatchObject({ requested: null, finishedAt: null, modelId: null });
      const resumed = await jobs.resume(id);
      expect(resumed.progress?.epoch).toBeGreaterThanOrEqual(paused.progress?.epoch ?? Number.NaN);
    }
    expect(await resultOf(id)).toEqual(uninterrupted);
    expect(await jobs.get(id)).toMatchObject({ attempts: 1 });
  });

  it('when its worker is killed twice', async () => {
    const id = await submit();
    for (const [index, epoch] of [20, 40].entries()) {
      await when(id, passed(epoch));
      kill();
      await when(id, ({ attempts }) => attempts === index + 2);
    }
    expect(await resultOf(id)).toEqual(uninterrupted);
    expect(await jobs.get(id)).toMatchObject({ attempts: 3 });
  });

  it('when each worker process lives far shorter than the checkpoint interval', async () => {
    await service.stop();
    service.start(86_400);
    const id = await submit();
    await when(id, passed(1));
    // The first process writes no checkpoint. Each later one writes a checkpoint at once, from
    // which the next resumes.
    let steps = 0;
    for (let life = 2; life < 5; life++) {
      kill();
      await when(id, ({ attempts }) => attempts === life);
      const [last] = await until(
        () => checkpoints.ofJob(id),
        ([newest]) => newest !== undefined && newest.step > steps,
      );
      steps = last.step;
    }
    await service.stop();
    service.start();
    expect(await resultOf(id)).toEqual(uninterrupted);
  });

  it('when the worker is stopped and restarted', async () => {
    const id = await submit();
    await when(id, passed(20));
    await service.stop();
    const queued = await jobs.get(id);
    expect(queued).toMatchObject({ state: 'queued', attempts: 0, startedAt: null });
    expect(queued.progress?.epoch).toBeGreaterThanOrEqual(20);
    service.start();
    expect(await resultOf(id)).toEqual(uninterrupted);
  });

  it('when it is cancelled and retried', async () => {
    const id = await submit();
    await when(id, passed(40));
    await jobs.cancel(id);
    expect(await over(jobs, id)).toMatchObject({ state: 'cancelled', modelId: null });
    expect(await jobs.retry(id)).toMatchObject({ finishedAt: null });
    expect(await resultOf(id)).toEqual(uninterrupted);
  });

  it('when it halts several times, and its worker is killed in between', async () => {
    const never: StopRule = { metric: 'validationLoss', goal: 'minimize', until: null, limits: [] };
    const haltedAt = async (epoch: number) => {
      const { progress } = await when(id, ({ state }) => state === 'paused');
      expect(progress?.epoch).toBe(epoch);
    };
    const id = await service.submitTrial({ ...never, until: 30 });
    await when(id, passed(10));
    kill();
    await haltedAt(30);
    const limits = [45, 50].map((epoch) => ({ epoch, worst: epoch === 45 ? 1e9 : 0 }));
    await service.resumeTrial(id, { ...never, limits });
    await haltedAt(50);
    await service.resumeTrial(id, { ...never, until: 80 });
    await when(id, passed(60));
    await service.stop();
    service.start();
    await haltedAt(80);
    expect(await filesOf(id)).not.toEqual([]);
    await service.resumeTrial(id, null);
    expect(await resultOf(id)).toEqual(uninterrupted);
    // The last checkpoint of a trial is not stored, so it cannot be extended.
    await until(
      () => readdirSync(folder).filter((file) => file.startsWith(id)),
      (files) => files.length === 0,
    );
    await expect(jobs.extend(id, 20)).rejects.toMatchObject({
      code: 'job_wrong_state',
      message: expect.stringMatching(/trials store no last checkpoint/),
    });
  });

  it.each<[string, (files: readonly string[]) => void]>([
    ['its last checkpoint is truncated', ([last]) => truncateSync(last, 1000)],
    ['its last checkpoint is missing', ([last]) => rmSync(last)],
    ['a bit of its last checkpoint has flipped', ([last]) => flipBit(last)],
    ['all its checkpoints are damaged', (files) => files.forEach(flipBit)],
  ])('when %s', async (_, damage) => {
    const id = await submit();
    await pausedAt(id, 40);
    const files = await filesOf(id);
    expect(files).toHaveLength(2);
    damage(files);
    await jobs.resume(id);
    expect(await resultOf(id)).toEqual(uninterrupted);
  });
});

describe('a job that is stopped', () => {
  const expectPrefix = ({ losses, sha256 }: Awaited<ReturnType<typeof resultOf>>) => {
    expect(losses).toEqual(uninterrupted.losses.slice(0, losses.length));
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  };

  it('creates a model of its best epoch so far', async () => {
    const id = await submit();
    await when(id, passed(30));
    await jobs.stop(id);
    const stopped = await resultOf(id);
    expectPrefix(stopped);
    const best = stopped.losses.toSorted((a, b) => (a.validationLoss ?? 0) - (b.validationLoss ?? 0))[0];
    expect(stopped).toMatchObject({ state: 'succeeded', best: { epoch: best.epoch } });
  });

  it('creates the model also when it is paused', async () => {
    const id = await submit();
    const { progress } = await pausedAt(id, 30);
    await jobs.stop(id);
    const stopped = await resultOf(id);
    expectPrefix(stopped);
    expect(stopped.epoch).toBe(progress?.epoch);
  });

  it('equals an uninterrupted one when it is extended, and its first model stays', async () => {
    const constant = { ...REQUEST.training, schedule: { type: 'constant' }, earlyStopping: null, epochs: 60 };
    const whole = await resultOf(await submit({ ...REQUEST, training: constant }));
    const id = await submit({ ...REQUEST, training: { ...constant, epochs: 40 } });
    const first = await over(jobs, id);
    const extended = await jobs.extend(id, 20);
    expect(extended).toMatchObject({ modelId: first.modelId, finishedAt: null });
    expect(extended).toMatchObject({
      progress: { epochs: 60 },
      hyperparameters: { training: { epochs: 60 } },
    });
    expect(await resultOf(id)).toEqual(whole);
    const models = await database.selectFrom('models').select('id').where('jobId', '=', id).execute();
    expect(models).toHaveLength(2);
    expect(models).toContainEqual({ id: first.modelId });
  });
});

describe('a job whose model exceeds the storage quota of its project', () => {
  const allow = (storedBytes: number | null) =>
    database.updateTable('projects').set({ storedBytes }).where('name', '=', TENANT.project).execute();

  it('fails with that error, retains its checkpoint, and creates the same model when it is retried with a larger quota', async () => {
    const before = await storedBytes(database, TENANT.project);
    await allow(before + 1000);
    const id = await submit();
    const failed = await over(jobs, id);
    expect(failed).toMatchObject({ state: 'failed', modelId: null, error: { code: 'stored_bytes_quota' } });
    expect(failed.error?.message).toMatch(/retry the job/);
    expect(await storedBytes(database, TENANT.project)).toBe(before);
    const [{ step }] = await checkpoints.ofJob(id);
    expect(step).toBeGreaterThan(0);
    await allow(null);
    await jobs.retry(id);
    expect(await resultOf(id)).toEqual(uninterrupted);
  });
});

describe('the files of checkpoints', () => {
  it('are two for each job, and are deleted with it', async () => {
    const id = await submit();
    await pausedAt(id, 10);
    const own = () => readdirSync(folder).filter((file) => file.startsWith(id));
    expect(own()).toHaveLength(2);
    await jobs.cancel(id);
    expect(own()).toHaveLength(2);
    await jobs.remove(id);
    expect(own()).toEqual([]);
  });

  it('that are left after a crash are deleted when the worker starts', async () => {
    const id = await submit();
    await pausedAt(id, 10);
    const known = readdirSync(folder);
    const leftovers = [`${id}.7.x.checkpoint`, `${id}.8.x.checkpoint.partial`, 'job_gone.3.x.checkpoint'];
    await service.stop();
    for (const leftover of leftovers) writeFileSync(join(folder, leftover), 'torn');
    service.start();
    await over(jobs, await submit({ target: 'kind', training: { epochs: 1 } }));
    const left = readdirSync(folder);
    expect(left).toEqual(expect.arrayContaining(known));
    expect(left.filter((file) => leftovers.includes(file))).toEqual([]);
    await jobs.cancel(id);
  });
});

function flipBit(file: string): void {
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] ^= 16;
  writeFileSync(file, bytes);
}
