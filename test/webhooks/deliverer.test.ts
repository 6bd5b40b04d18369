import { describe, expect, it } from 'vitest';
import type { DeliveryView } from '../../src/webhooks/schemas.ts';
import { createWebhooks } from '../../src/webhooks/service.ts';
import { signedHeaders } from '../../src/webhooks/signature.ts';
import { openReceiver } from './receiver.ts';
import { EVERY, openWebhooks } from './testService.ts';

const NO_EXCLUSIONS = { webhookIds: [], projects: [] };
const CANCELLED = { events: ['job.cancelled' as const] };

/** Resolves with the only delivery when an attempt has ended and `matters` accepts it. */
async function settled(
  { webhooks }: ReturnType<typeof openWebhooks>,
  id: string,
  matters: (delivery: DeliveryView) => boolean = () => true,
): Promise<DeliveryView> {
  for (;;) {
    const [delivery] = (await webhooks.deliveries(id, EVERY)).items;
    const wasTried = delivery && (delivery.error !== null || delivery.status !== null);
    if (wasTried && matters(delivery)) return delivery;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the end of a job', () => {
  it('is sent with a signature to the webhooks that subscribe to it', async () => {
    const service = openWebhooks();
    const receiver = await openReceiver();
    const { id, secret } = await service.webhooks.create({ url: receiver.url, ...CANCELLED });
    await service.webhooks.create({ url: receiver.url, events: ['job.succeeded'] });
    const jobId = await service.endJob();
    service.start();
    const [call] = await receiver.called(1);
    expect(JSON.parse(call.body)).toEqual({
      type: 'job.cancelled',
      timestamp: '2026-11-23T08:00:00.000Z',
      data: { jobId, name: 'iris', state: 'cancelled', datasetId: null, modelId: null, error: null },
    });
    const messageId = String(call.headers['webhook-id']);
    expect(call.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'trainyard/test',
      ...signedHeaders(secret, messageId, service.time.now, call.body),
    });
    const delivery = await settled(service, id, ({ state }) => state === 'delivered');
    expect(delivery).toMatchObject({ id: messageId, attempts: 1, status: 204, error: null, nextAttemptAt: null });
    expect(delivery.milliseconds).toBeGreaterThanOrEqual(0);
    expect(receiver.calls).toHaveLength(1);
  });

  it('is sent only to the webhooks of its own project', async () => {
    const service = openWebhooks();
    const receiver = await openReceiver();
    await service.database.insertInto('projects').values({ name: 'other', createdAt: 1 }).execute();
    const { id } = await service.webhooks.create({ url: receiver.url, ...CANCELLED });
    await service.endJob('other');
    expect((await service.webhooks.deliveries(id, EVERY)).items).toEqual([]);
  });

  it('is sent again with the same id and growing pauses until it is accepted', async () => {
    const service = openWebhooks();
    const receiver = await openReceiver((_, index) => (index < 2 ? 500 : 200));
    const { id } = await service.webhooks.create({ url: receiver.url, ...CANCELLED });
    await service.endJob();
    const deliverer = service.start();
    const first = await settled(service, id);
    expect(first).toMatchObject({ state: 'pending', status: 500, nextAttemptAt: '2026-11-23T08:00:15.000Z' });
    expect(first.error).toBe('The receiver answered 500.');
    expect(first.milliseconds).toBeGreaterThanOrEqual(0);
    service.time.now += 15_000;
    deliverer.poll();
    await settled(service, id, ({ nextAttemptAt }) => nextAttemptAt === '2026-11-23T08:01:15.000Z');
    service.time.now += 60_000;
    deliverer.poll();
    expect(await settled(service, id, ({ state }) => state === 'delivered')).toMatchObject({
      attempts: 3,
      status: 200,
    });
    expect(new Set(receiver.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(receiver.calls.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3);
  });

  it('is given up after the last attempt, and at once after 410', async () => {
    const service = openWebhooks();
    const receiver = await openReceiver(() => 410);
    const { id } = await service.webhooks.create({ url: receiver.url, ...CANCELLED });
    await service.endJob();
    service.start();
    expect(await settled(service, id, ({ state }) => state === 'failed')).toMatchObject({ attempts: 1, status: 410 });
    const dead = openWebhooks();
    const other = await openReceiver(() => 503);
    const { id: otherId } = await dead.webhooks.create({ url: other.url, ...CANCELLED });
    await dead.endJob();
    await dead.database.updateTable('deliveries').set({ attempts: 7 }).execute();
    dead.start();
    expect(await settled(dead, otherId, ({ state }) => state === 'failed')).toMatchObject({ attempts: 8, status: 503 });
  });

  it('does not follow redirects', async () => {
    const service = openWebhooks();
    const receiver = await openReceiver(() => 307);
    const { id } = await service.webhooks.create({ url: receiver.url, ...CANCELLED });
    await service.endJob();
    service.start();
    expect(await settled(service, id)).toMatchObject({ state: 'pending', status: 307 });
    expect(receiver.calls).toHaveLength(1);
  });

  it('stays pending if the receiver does not respond in time', async () => {
    const service = openWebhooks(100);
    const receiver = await openReceiver(() => 'later');
    const { id } = await service.webhooks.create({ url: receiver.url, ...CANCELLED });
    await service.endJob();
    service.start();
    expect(await settled(service, id)).toMatchObject({
      status: null,
      error: 'No response within 0.1 seconds.',
    });
  });
});

describe('several deliverers', () => {
  it('never make the same call at the same time', async () => {
    const service = openWebhooks();
    const receiver = await openReceiver(() => 'later');
    await service.webhooks.create({ url: receiver.url, ...CANCELLED });
    for (let job = 0; job < 3; job++) await service.endJob();
    for (let process = 0; process < 3; process++) service.start();
    const open = new Set<unknown>();
    for (let index = 0; index < 3; index++) {
      const call = (await receiver.called(index + 1))[index];
      expect(open).not.toContain(call.headers['webhook-id']);
      open.add(call.headers['webhook-id']);
    }
    for (const { response } of receiver.calls) response.writeHead(204).end();
    expect(open.size).toBe(3);
  });

  it('call a receiver about one job after another while a second receiver hangs', async () => {
    const service = openWebhooks();
    const hanging = await openReceiver(() => 'later');
    const receiver = await openReceiver();
    await service.webhooks.create({ url: hanging.url, ...CANCELLED });
    await service.webhooks.create({ url: receiver.url, ...CANCELLED });
    for (let job = 0; job < 20; job++) await service.endJob();
    service.start();
    await receiver.called(20);
    expect(hanging.calls).toHaveLength(1);
  });
});

describe('a project whose receivers all hang', () => {
  it('does not delay other projects', async () => {
    const service = openWebhooks();
    const hanging = await openReceiver(() => 'later');
    const receiver = await openReceiver();
    for (let count = 0; count < 20; count++) await service.webhooks.create({ url: hanging.url, ...CANCELLED });
    await service.endJob();
    await service.database.insertInto('projects').values({ name: 'other', createdAt: 1 }).execute();
    const others = createWebhooks(service.parts, { project: 'other' });
    await others.create({ url: receiver.url, ...CANCELLED });
    await service.endJob('other');
    service.start();
    await receiver.called(1);
    expect(hanging.calls.length).toBeLessThanOrEqual(4);
  });
});

describe('after a restart', () => {
  it('an interrupted delivery is due again', async () => {
    const service = openWebhooks();
    const receiver = await openReceiver((_, index) => (index === 0 ? 'later' : 204));
    const { id } = await service.webhooks.create({ url: receiver.url, ...CANCELLED });
    await service.endJob();
    const first = service.start();
    await receiver.called(1);
    await first.stop();
    expect((await service.webhooks.deliveries(id, EVERY)).items[0]).toMatchObject({ state: 'pending', attempts: 0 });
    service.start();
    expect(await settled(service, id, ({ state }) => state === 'delivered')).toMatchObject({ attempts: 1 });
    expect(receiver.calls[0].headers['webhook-id']).toBe(receiver.calls[1].headers['webhook-id']);
  });

  it('a delivery of a crashed process is due again when its lease has expired', async () => {
    const service = openWebhooks();
    const receiver = await openReceiver();
    await service.webhooks.create({ url: receiver.url, ...CANCELLED });
    await service.endJob();
    const lease = service.time.now + 30_000;
    const dead = await service.outbox.claim(service.time.now, lease, NO_EXCLUSIONS);
    expect(await service.outbox.claim(lease - 1, lease + 1, NO_EXCLUSIONS)).toBeUndefined();
    expect(await service.outbox.claim(lease, lease + 30_000, NO_EXCLUSIONS)).toMatchObject({
      id: dead?.id,
      attempts: 2,
    });
  });
});
