import { expect, it } from 'vitest';
import { openRoom, type Room } from '../testService.ts';

const EXTERNAL = {
  external: true,
  space: { x: { type: 'uniform', min: 0, max: 1 } },
  objective: { metric: 'cost' },
  parallel: 2,
  maxSeconds: 60,
};

/** A sweep outside that has run for longer than it may, with one trial that is told of and one that is out. */
async function beginOverdue(room: Room): Promise<string> {
  const { body } = await room.post('/v1/sweeps', EXTERNAL);
  for (const _ of 'ab') await room.post(`/v1/sweeps/${body.id}/ask`, { leaseSeconds: 600 });
  await room.post(`/v1/sweeps/${body.id}/tell`, { number: 0, objective: 2 });
  const runningSince = Date.now() - 61_000;
  await room.database.updateTable('sweeps').set({ runningSince }).where('id', '=', body.id).execute();
  return body.id;
}

it('ends when its time is up though nobody asks, as soon as the lease of what is out has ended', async () => {
  const room = await openRoom();
  const id = await beginOverdue(room);
  room.startTraining();
  const { body: still } = await room.get(`/v1/sweeps/${id}?wait=3`);
  expect(still).toMatchObject({ state: 'running', endedBy: 'seconds', counts: { running: 1, succeeded: 1 } });
  expect((await room.post(`/v1/sweeps/${id}/ask`)).body).toEqual({ trial: null, state: 'running', waitFor: 1 });
  await room.database.updateTable('trials').set({ leaseUntil: 1 }).where('state', '=', 'running').execute();
  expect(await room.over(id)).toMatchObject({
    state: 'succeeded',
    endedBy: 'seconds',
    counts: { succeeded: 1, failed: 1 },
    best: { number: 0 },
  });
  expect((await room.get(`/v1/sweeps/${id}/trials/1`)).body).toMatchObject({
    state: 'failed',
    error: { code: 'lease_expired' },
    leaseUntil: null,
  });
});

it('tells whoever reports that the time is up, and ends when that is told of', async () => {
  const room = await openRoom();
  const id = await beginOverdue(room);
  const before = (await room.get(`/v1/sweeps/${id}/trials/1`)).body.leaseUntil;
  const { body } = await room.post(`/v1/sweeps/${id}/report`, { number: 1, epoch: 1, objective: 3 });
  expect(body).toMatchObject({ prune: true, trial: { leaseUntil: before } });
  await room.post(`/v1/sweeps/${id}/tell`, { number: 1, pruned: true });
  expect((await room.get(`/v1/sweeps/${id}`)).body).toMatchObject({
    state: 'succeeded',
    endedBy: 'seconds',
    counts: { succeeded: 1, pruned: 1 },
  });
});

it('does not give a lost trial again when its time is up, and has its time once more when it is resumed', async () => {
  const room = await openRoom();
  const id = await beginOverdue(room);
  await room.database.updateTable('trials').set({ leaseUntil: 1 }).where('state', '=', 'running').execute();
  expect((await room.post(`/v1/sweeps/${id}/ask`)).body).toEqual({ trial: null, state: 'succeeded', waitFor: null });
  await room.post(`/v1/sweeps/${id}/resume`);
  expect((await room.post(`/v1/sweeps/${id}/ask`)).body).toMatchObject({ trial: { number: 2 } });
});
