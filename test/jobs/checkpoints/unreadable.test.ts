import { readFile } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { encodeCheckpoint } from '../../../src/training/checkpoint/encoding.ts';
import { specFor } from '../../training/profile.ts';
import { flowers } from '../../training/tables.ts';
import { insertDataset } from '../datasets.ts';
import { openJobs } from '../fixtures.ts';
import { checkpointAt } from './checkpointAt.ts';

vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof import('node:fs/promises')>();
  return { ...real, readFile: vi.fn(real.readFile) };
});

it('a checkpoint that cannot be read because of a transient error is not deleted', async () => {
  const { database, checkpoints, jobs } = openJobs();
  const spec = specFor(flowers(30), { target: 'kind' });
  const { id } = await jobs.submit({ datasetId: await insertDataset(database), target: 'species' });
  const bytes = encodeCheckpoint(checkpointAt(10), spec);
  await checkpoints.record(database, await checkpoints.write(id, { step: 10, epoch: 1, finished: false, bytes }));
  vi.mocked(readFile).mockRejectedValueOnce(Object.assign(new Error('too many open files'), { code: 'EMFILE' }));
  await expect(checkpoints.latest(id, spec)).rejects.toMatchObject({ code: 'EMFILE' });
  expect(await checkpoints.latest(id, spec)).toEqual(checkpointAt(10));
});
