import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCheckpoints } from '../../../src/jobs/checkpoints/checkpoints.ts';
import { recordStates } from '../../../src/jobs/recordStore.ts';
import { deleteOld } from '../../../src/maintenance/retention/deleteOld.ts';
import type { Retention } from '../../../src/maintenance/retention/settings.ts';
import { createFolderBlobs } from '../../../src/store/blobs/folder.ts';
import { type Database, openDatabase } from '../../../src/store/database/database.ts';
import { freePages, incrementalVacuum } from '../../../src/store/database/sqlite/incrementalVacuum.ts';
import { moveTo } from '../../support/jobStates.ts';

const DAY_MS = 86_400_000;
const NOW = 1000 * DAY_MS;
const DEFAULTS: Retention = { deleteModelsWithJobs: false, retainEventsDays: 30, retainCheckpointsDays: 30 };

let folder: string;
let path: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-retention-'));
  path = join(folder, 'trainyard.sqlite');
  database = openDatabase(path);
  mkdirSync(join(folder, 'checkpoints'));
});
afterEach(async () => {
  await database.destroy();
  rmSync(folder, { recursive: true });
});

/**
 * Adds a job with a thousand losses, a checkpoint and a model. It finished `days` ago, or is queued
 * for null.
 */
async function addJob(id: string, days: number | null): Promise<void> {
  const facts = {
    id,
    project: 'default',
    name: id,
    request: '{}',
    memoryBytes: 0,
    warnings: '[]',
    attempts: 1,
    crashes: 0,
  };
  await database
    .insertInto('jobs')
    .values({ ...facts, state: 'queued', priority: 0, createdAt: 0 })
    .execute();
  await recordStates(database, [{ id, state: 'queued', attempts: 1, modelId: null, error: null }]);
  const loss = { jobId: id, step: 1, trainingLoss: 0, metrics: '{}', learningRate: 0, seconds: 0 };
  const losses = Array.from({ length: 1000 }, (_, index) => ({ ...loss, epoch: index + 1 }));
  await database.insertInto('losses').values(losses).execute();
  const checkpoint = {
    jobId: id,
    step: 1,
    epoch: 1,
    finished: 0,
    bytes: 1,
    sha256: '',
    file: `${id}.checkpoint`,
  } as const;
  await database
    .insertInto('checkpoints')
    .values({ ...checkpoint, createdAt: 0 })
    .execute();
  writeFileSync(join(folder, 'checkpoints', `${id}.checkpoint`), 's');
  const model = { id: `mdl_${id}`, project: 'default', name: id, jobId: id, task: 'binary', target: 't' } as const;
  await database
    .insertInto('models')
    .values({ ...model, description: '{}', sha256: '', createdAt: 0 })
    .execute();
  if (days === null) return;
  await moveTo(database, { to: 'running' }, id);
  await moveTo(database, { to: 'succeeded', now: NOW - days * DAY_MS }, id);
}

function deleteExpired(retention: Partial<Retention> = {}, leaving = new AbortController().signal): Promise<number> {
  const checkpoints = createCheckpoints({
    database,
    blobs: createFolderBlobs(join(folder, 'checkpoints')),
    clock: () => NOW,
  });
  return deleteOld({ database, checkpoints, retention: { ...DEFAULTS, ...retention }, clock: () => NOW, leaving });
}

async function ids(table: 'jobs' | 'models'): Promise<readonly string[]> {
  return (await database.selectFrom(table).select('id').orderBy('id').execute()).map(({ id }) => id);
}
async function eventsOf(jobId: string): Promise<readonly unknown[]> {
  const rows = await database.selectFrom('events').select('data').where('jobId', '=', jobId).orderBy('id').execute();
  return rows.map(({ data }) => JSON.parse(data).state);
}

describe('sweeps of hyperparameters', () => {
  async function addSweep(id: string, state: 'running' | 'cancelled', days: number): Promise<void> {
    const finishedAt = NOW - days * DAY_MS;
    const times = state === 'running' ? { runningSince: 1 } : { finishedAt };
    const row = { id, project: 'default', name: id, state, request: '{}', ranMs: 0, createdAt: 0, ...times };
    await database.insertInto('sweeps').values(row).execute();
    const jobId = `job_${id}`;
    await addJob(jobId, days);
    await database.updateTable('jobs').set({ sweepId: id, trial: 0 }).where('id', '=', jobId).execute();
    const trial = { sweepId: id, number: 0, parameters: '{}', jobId, createdAt: 0 };
    await database
      .insertInto('trials')
      .values({ ...trial, state: 'succeeded', finishedAt })
      .execute();
    await database.insertInto('segments').values({ sweepId: id, number: 0, trial: 0 }).execute();
  }
  const left = async () => (await database.selectFrom('sweeps').select('id').execute()).map(({ id }) => id);

  it('are deleted with their trials and jobs, unless they are running', async () => {
    await addSweep('swp_new', 'cancelled', 6);
    await addSweep('swp_old', 'cancelled', 8);
    await addSweep('swp_long', 'running', 8);
    await deleteExpired({ retainJobsDays: 7 });
    expect((await left()).toSorted()).toEqual(['swp_long', 'swp_new']);
    expect(await ids('jobs')).toEqual(['job_swp_long', 'job_swp_new']);
    expect(await database.selectFrom('trials').select('sweepId').orderBy('sweepId').execute()).toHaveLength(2);
  });
});

describe('deleteOld', () => {
  beforeEach(async () => {
    await addJob('new', 29);
    await addJob('old', 31);
    await addJob('waiting', null);
  });

  it('deletes events and checkpoints of old jobs by default, and no jobs or models', async () => {
    expect(await deleteExpired()).toBe(0);
    expect(await ids('jobs')).toEqual(['new', 'old', 'waiting']);
    expect(await ids('models')).toEqual(['mdl_new', 'mdl_old', 'mdl_waiting']);
    expect(await eventsOf('new')).toEqual(['queued', 'running', 'succeeded']);
    expect(await eventsOf('old')).toEqual(['succeeded']);
    expect(await eventsOf('waiting')).toEqual(['queued']);
    expect(readdirSync(join(folder, 'checkpoints')).toSorted()).toEqual(['new.checkpoint', 'waiting.checkpoint']);
    expect(await database.selectFrom('losses').select('epoch').where('jobId', '=', 'old').execute()).toHaveLength(1000);
  });

  it('deletes old jobs with their losses and files when configured, and not their models', async () => {
    expect(await deleteExpired({ retainJobsDays: 30 })).toBe(1);
    expect(await ids('jobs')).toEqual(['new', 'waiting']);
    expect(await ids('models')).toEqual(['mdl_new', 'mdl_old', 'mdl_waiting']);
    expect(await database.selectFrom('losses').select('epoch').where('jobId', '=', 'old').execute()).toEqual([]);
    expect(existsSync(join(folder, 'checkpoints', 'old.checkpoint'))).toBe(false);
  });

  it('deletes their models when configured, except those with an alias', async () => {
    await addJob('older', 40);
    const alias = { project: 'default', name: 'production', modelId: 'mdl_old', updatedAt: 0 };
    await database.insertInto('aliases').values(alias).execute();
    expect(await deleteExpired({ retainJobsDays: 30, deleteModelsWithJobs: true })).toBe(2);
    expect(await ids('models')).toEqual(['mdl_new', 'mdl_old', 'mdl_waiting']);
  });

  it('deletes checkpoint files that no job names, unfinished ones too', async () => {
    writeFileSync(join(folder, 'checkpoints', 'gone.7.checkpoint.partial'), 'torn');
    await deleteExpired();
    expect(readdirSync(join(folder, 'checkpoints'))).not.toContain('gone.7.checkpoint.partial');
  });

  it('deletes idempotency keys after a day, also more than one batch', async () => {
    const request = { caller: 'default', resourceId: 'job_1', owner: 'o', digest: null };
    const old = Array.from({ length: 1200 }, (_, index) => ({
      ...request,
      key: `old ${index}`,
      createdAt: NOW - DAY_MS,
    }));
    const recent = { ...request, key: 'recent', createdAt: NOW - DAY_MS + 1 };
    await database
      .insertInto('idempotencyKeys')
      .values([...old, recent])
      .execute();
    await deleteExpired();
    expect(await database.selectFrom('idempotencyKeys').select('key').execute()).toEqual([{ key: 'recent' }]);
  });

  it('stops when the service stops', async () => {
    await deleteExpired({ retainJobsDays: 0 }, AbortSignal.abort());
    expect(await ids('jobs')).toEqual(['new', 'old', 'waiting']);
  });
});

const SECRET = Buffer.from('a parameter of a deleted model. '.repeat(50_000));

async function addParameters(): Promise<void> {
  await addJob('secret', 1);
  const parameter = { modelId: 'mdl_secret', layer: 1, name: 'W', shape: '[1]', bytes: SECRET };
  await database.insertInto('parameters').values(parameter).execute();
}

/** Whether any file of the data folder contains the parameter. */
function isFound(): boolean {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return files.some(({ name }) => readFileSync(join(folder, name)).includes('of a deleted model'));
}

describe('a deleted model', () => {
  it('is in no file, and its space is returned to the file system', async () => {
    await addParameters();
    await incrementalVacuum(database);
    const before = statSync(path).size;
    expect(isFound()).toBe(true);
    await database.deleteFrom('models').where('id', '=', 'mdl_secret').execute();
    await incrementalVacuum(database);
    expect(isFound()).toBe(false);
    expect(await freePages(database)).toBe(0);
    expect(statSync(path).size).toBeLessThan(before - 0.99 * SECRET.length);
  });
});
