import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeCheckpoint } from '../../../src/training/checkpoint/encoding.ts';
import { moveTo } from '../../support/jobStates.ts';
import { specFor } from '../../training/profile.ts';
import { flowers } from '../../training/tables.ts';
import { insertDataset } from '../datasets.ts';
import { openJobs } from '../fixtures.ts';
import { checkpointAt } from './checkpointAt.ts';

const spec = specFor(flowers(30), { target: 'kind' });

async function openCheckpoints() {
  const { folder, database, checkpoints, jobs } = openJobs();
  const datasetId = await insertDataset(database);
  const { id } = await jobs.submit({ datasetId, target: 'species', ensemble: null });
  const write = (step: number, finished = false) => {
    const bytes = encodeCheckpoint(checkpointAt(step, finished), spec);
    return checkpoints.write(id, { step, epoch: 1, finished, bytes });
  };
  const record = async (step: number, finished = false) => {
    const row = await write(step, finished);
    await checkpoints.removeFiles(await checkpoints.record(database, row));
    return row;
  };
  const names = () => readdirSync(join(folder, 'checkpoints')).toSorted();
  const setRunning = () => moveTo(database, { to: 'running' });
  return { id, folder: join(folder, 'checkpoints'), jobs, checkpoints, write, record, names, setRunning };
}

describe('the checkpoints of a job', () => {
  it('are the last two', async () => {
    const { id, checkpoints, record, names } = await openCheckpoints();
    await record(10);
    const [second, third] = [await record(20), await record(30)];
    expect((await checkpoints.ofJob(id)).map(({ step }) => step)).toEqual([30, 20]);
    expect(names()).toEqual([second.file, third.file].toSorted());
    expect(await checkpoints.latest(id, spec)).toEqual(checkpointAt(30));
  });

  it('replace one at the same step', async () => {
    const { id, checkpoints, record } = await openCheckpoints();
    await record(10);
    await record(20);
    await record(20, true);
    expect(await checkpoints.latest(id, spec)).toEqual(checkpointAt(20, true));
    expect(await checkpoints.ofJob(id)).toHaveLength(2);
  });

  it('of another training are not used, and are deleted', async () => {
    const { id, checkpoints, record, names } = await openCheckpoints();
    await record(10);
    expect(await checkpoints.latest(id, { ...spec, target: 'colour' })).toBeNull();
    expect([await checkpoints.ofJob(id), names()]).toEqual([[], []]);
  });

  it('are not used if their file was replaced by another one', async () => {
    const { id, folder, checkpoints, record } = await openCheckpoints();
    await record(10);
    const { file } = await record(20);
    writeFileSync(join(folder, file), encodeCheckpoint(checkpointAt(999), spec));
    expect(await checkpoints.latest(id, spec)).toEqual(checkpointAt(10));
  });
});

describe('collecting checkpoint files', () => {
  it('deletes those that no row names, except those of running jobs', async () => {
    const { folder, checkpoints, record, write, names, setRunning } = await openCheckpoints();
    const { file } = await record(10);
    const { file: unrecorded } = await write(20);
    writeFileSync(join(folder, 'job_gone.3.x.checkpoint'), '');
    await setRunning();
    await checkpoints.collect();
    expect(names()).toEqual([file, unrecorded].toSorted());
  });
});
