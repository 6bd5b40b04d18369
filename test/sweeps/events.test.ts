import { expect, it, onTestFinished } from 'vitest';
import { createSweepEvents } from '../../src/sweeps/events/service.ts';
import { TENANT } from '../support/access.ts';
import { openTestService, type TestService } from './testService.ts';

interface SentEvent {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly state?: string; readonly number?: number; readonly objective?: number | null };
}

async function follow(
  service: TestService,
  id: string,
  lastEventId?: string,
): Promise<readonly SentEvent[] | undefined> {
  const sweepEvents = createSweepEvents({ database: service.database, bus: service.bus }, TENANT);
  const disconnect = new AbortController();
  onTestFinished(() => disconnect.abort());
  const batches = await sweepEvents.ofSweep(id, { lastEventId, signal: disconnect.signal, quietMs: 1000 });
  if (batches === undefined) return undefined;
  const events: SentEvent[] = [];
  for await (const batch of batches)
    events.push(...batch.map(({ data, ...event }) => ({ ...event, data: JSON.parse(data) })));
  return events;
}

it('sends the states of a sweep, its trials and its best in order until the end', async () => {
  const service = await openTestService();
  const { id } = await service.begin({ search: { algorithm: 'random', trials: 4 } });
  const following = follow(service, id);
  service.startTraining();
  const events = (await following) ?? [];
  const { best } = await service.over(id);
  expect(events[0]).toMatchObject({ type: 'state', data: { sweepId: id, state: 'running' } });
  expect(events.at(-1)).toMatchObject({ type: 'state', data: { state: 'succeeded', endedBy: 'trials' } });
  const ends = events.filter(({ type, data }) => type === 'trial' && data.state === 'succeeded');
  expect(ends.map(({ data }) => data.number).toSorted()).toEqual([0, 1, 2, 3]);
  expect(events.findLast(({ type }) => type === 'best')?.data).toMatchObject({
    number: best?.number,
    objective: best?.objective,
  });

  const third = events[2].id;
  expect(await follow(service, id, third)).toEqual(events.slice(3));
  expect(await follow(service, id, events.at(-1)?.id)).toBeUndefined();
  await expect(follow(service, id, 'x')).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(follow(service, 'swp_0')).rejects.toMatchObject({ code: 'sweep_not_found' });
});
