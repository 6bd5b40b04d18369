import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeCheckpoint } from '../../../src/training/checkpoint/encoding.ts';
import type { Snapshot } from '../../../src/training/ensemble/snapshots.ts';
import { specFor } from '../../training/profile.ts';
import { flowers } from '../../training/tables.ts';
import { insertDataset } from '../datasets.ts';
import { openJobs } from '../fixtures.ts';
import { checkpointAt } from './checkpointAt.ts';

const SPEC = specFor(flowers(30), { target: 'kind' });

function snapshot(epoch: number, numbers: 'float32' | 'float64' = 'float32'): Snapshot {
  const parameters = [0.1, epoch, -3];
  return {
    epoch,
    temperature: 1 + epoch / 7,
    values: Float32Array.from([epoch, 0.5]),
    parameters: numbers === 'float32' ? Float32Array.from(parameters) : Float64Array.from(parameters),
  };
}

async function openCheckpoints() {
  const { folder, database, checkpoints, jobs } = openJobs();
  const { id } = await jobs.submit({ datasetId: await insertDataset(database), target: 'species', effort: 'fast' });
  const { members } = checkpoints;
  const record = async (
    member: number,
    step: number,
    snapshots: readonly Snapshot[],
    { finished = false, epoch = 1 } = {},
  ) => {
    const bytes = encodeCheckpoint(checkpointAt(step, finished), SPEC);
    const row = await members.write(id, member, { step, epoch, finished, bytes }, snapshots);
    const obsolete = await members.record(database, row);
    await checkpoints.removeFiles(obsolete);
    return row.file;
  };
  const restore = () => members.restore(id, [SPEC, SPEC]);
  return { folder, checkpoints, members, id, record, restore };
}

describe('the checkpoints of members', () => {
  it('restore each network with all of its snapshots, bit for bit', async () => {
    const { record, restore } = await openCheckpoints();
    await record(1, 10, [snapshot(1), snapshot(2)]);
    await record(2, 10, [snapshot(1, 'float64')], { finished: true });
    await record(1, 20, [snapshot(3), snapshot(2)]);
    const [first, second] = await restore();
    expect(first).toMatchObject({ isFinished: false, checkpoint: { step: 20 } });
    expect(first.snapshots).toEqual([snapshot(1), snapshot(2), snapshot(3)]);
    expect(second).toMatchObject({ isFinished: true, checkpoint: { step: 10 } });
    expect(second.snapshots).toEqual([snapshot(1, 'float64')]);
  });

  it('start from the beginning without any, and are not complete without a snapshot', async () => {
    const { record, restore } = await openCheckpoints();
    await record(2, 10, [], { finished: true });
    expect(await restore()).toEqual([
      { checkpoint: null, snapshots: [], isFinished: false },
      { checkpoint: expect.objectContaining({ step: 10 }), snapshots: [], isFinished: false },
    ]);
  });

  it('use those before a damaged one, and delete it with those after it', async () => {
    const { folder, checkpoints, id, record, restore } = await openCheckpoints();
    await record(1, 10, [snapshot(1)]);
    const damaged = await record(1, 20, [snapshot(2)]);
    await record(1, 30, [snapshot(3)]);
    truncateSync(join(folder, 'checkpoints', damaged), 40);
    const [first] = await restore();
    expect(first.checkpoint?.step).toBe(10);
    expect(first.snapshots.map(({ epoch }) => epoch)).toEqual([1]);
    expect((await checkpoints.ofJob(id)).map(({ step }) => step)).toEqual([10]);
  });

  it('have the snapshot of an epoch whose last step had a checkpoint before it was measured', async () => {
    const { record, restore } = await openCheckpoints();
    await record(1, 10, [snapshot(1)]);
    await record(1, 10, [snapshot(2)], { epoch: 2, finished: true });
    const [first] = await restore();
    expect(first).toMatchObject({ isFinished: true, snapshots: [snapshot(1), snapshot(2)] });
  });

  it('only change whether a network is complete at a step that has one, and keep its snapshots', async () => {
    const { record, restore } = await openCheckpoints();
    await record(1, 10, [snapshot(1)]);
    await record(1, 10, [], { finished: true });
    const [first] = await restore();
    expect(first).toMatchObject({ isFinished: true, snapshots: [snapshot(1)] });
  });

  it('are forgotten for one network alone', async () => {
    const { checkpoints, members, id, record } = await openCheckpoints();
    await record(1, 10, [snapshot(1)]);
    await record(2, 10, [snapshot(1)]);
    await members.forget(id, 1);
    expect((await checkpoints.ofJob(id)).map(({ member }) => member)).toEqual([2]);
  });
});
