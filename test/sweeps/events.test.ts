import { expect, it, onTestFinished } from 'vitest';
import { createSweepEvents } from '../../src/sweeps/events/service.ts';
import { TENANT } from '../support/access.ts';
import { openRoom, type Room } from './testService.ts';

interface Told {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly state?: string; readonly number?: number; readonly objective?: number | null };
}

async function follow(room: Room, id: string, lastEventId?: string): Promise<readonly Told[] | undefined> {
  const events = createSweepEvents({ database: room.database, bus: room.bus }, TENANT);
  const hungUp = new AbortController();
  onTestFinished(() => hungUp.abort());
  const batches = await events.ofSweep(id, { lastEventId, signal: hungUp.signal, quietMs: 1000 });
  if (batches === undefined) return undefined;
  const told: Told[] = [];
  for await (const batch of batches)
    told.push(...batch.map(({ data, ...event }) => ({ ...event, data: JSON.parse(data) })));
  return told;
}

it('tells of a sweep, its trials and its best, in order, to the end', async () => {
  const room = await openRoom();
  const { id } = await room.begin({ search: { algorithm: 'random', trials: 4 } });
  const following = follow(room, id);
  room.startTraining();
  const told = (await following) ?? [];
  const { best } = await room.over(id);
  expect(told[0]).toMatchObject({ type: 'state', data: { sweepId: id, state: 'running' } });
  expect(told.at(-1)).toMatchObject({ type: 'state', data: { state: 'succeeded', endedBy: 'trials' } });
  const ends = told.filter(({ type, data }) => type === 'trial' && data.state === 'succeeded');
  expect(ends.map(({ data }) => data.number).toSorted()).toEqual([0, 1, 2, 3]);
  expect(told.findLast(({ type }) => type === 'best')?.data).toMatchObject({
    number: best?.number,
    objective: best?.objective,
  });

  const third = told[2].id;
  expect(await follow(room, id, third)).toEqual(told.slice(3));
  expect(await follow(room, id, told.at(-1)?.id)).toBeUndefined();
  await expect(follow(room, id, 'x')).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(follow(room, 'swp_0')).rejects.toMatchObject({ code: 'sweep_not_found' });
});
