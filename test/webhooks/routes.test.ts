import { describe, expect, it, onTestFinished } from 'vitest';
import { buildApp } from '../../src/http/app.ts';
import { webhookRoutes } from '../../src/webhooks/routes.ts';
import { createSender } from '../../src/webhooks/send.ts';
import { createWebhooks } from '../../src/webhooks/service.ts';
import { signedHeaders } from '../../src/webhooks/signature.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../support/access.ts';
import { openReceiver } from './receiver.ts';
import { EVERY, openWebhooks } from './testService.ts';

async function openApp({ allowPrivate = true } = {}) {
  const service = openWebhooks();
  const send = createSender({ allowPrivate, userAgent: 'trainyard/test', clock: service.parts.clock });
  const parts = { ...service.parts, send, allowPrivate };
  const routes = [webhookRoutes({ webhooks: (tenant) => createWebhooks(parts, tenant) })];
  const app = await buildApp({ version: '0.0.0', routes, guard: OPEN_GUARD, limits: HTTP_LIMITS, logger: false });
  onTestFinished(() => app.close());
  const ask = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) => {
    const response = await app.inject({ method, url, ...(payload && { payload }) });
    return { status: response.statusCode, headers: response.headers, body: response.body ? response.json() : null };
  };
  return { ...service, ask };
}

describe('a webhook', () => {
  it('is created, returned without its secret, listed and deleted', async () => {
    const { ask } = await openApp();
    const url = 'https://example.com/hook';
    const made = await ask('POST', '/v1/webhooks', { url });
    expect(made).toMatchObject({ status: 201, headers: { location: `/v1/webhooks/${made.body.id}` } });
    const { secret, ...webhook } = made.body;
    expect(secret).toMatch(/^whsec_/);
    const ends = ['succeeded', 'failed', 'cancelled'];
    expect(webhook).toMatchObject({
      url,
      events: [
        ...ends.map((end) => `job.${end}`),
        ...ends.map((end) => `sweep.${end}`),
        ...['report.succeeded', 'report.failed'],
      ],
    });
    expect((await ask('GET', `/v1/webhooks/${webhook.id}`)).body).toEqual(webhook);
    expect((await ask('GET', '/v1/webhooks')).body).toEqual({ items: [webhook], next: null });
    expect((await ask('DELETE', `/v1/webhooks/${webhook.id}`)).status).toBe(204);
    expect(await ask('GET', `/v1/webhooks/${webhook.id}`)).toMatchObject({
      status: 404,
      body: { code: 'webhook_not_found' },
    });
  });

  it.each([['http://example.com/'], ['https://127.0.0.1/'], ['https://me:pw@example.com/'], ['nowhere']])(
    'is rejected at the address %s',
    async (url) => {
      const { ask } = await openApp({ allowPrivate: false });
      const { status, body } = await ask('POST', '/v1/webhooks', { url });
      expect([status, body.code, body.errors[0].path]).toEqual([400, 'invalid_request', '/url']);
    },
  );

  it('is changed in the given fields only, and not in its secret', async () => {
    const { ask, endJob, start, time } = await openApp();
    const before = await openReceiver(() => 500);
    const after = await openReceiver(() => 204);
    const { secret, ...webhook } = (await ask('POST', '/v1/webhooks', { url: before.url })).body;
    const owed = await endJob();
    const change = (body: object) => ask('PATCH', `/v1/webhooks/${webhook.id}`, body);
    expect(await change({ url: after.url })).toMatchObject({ status: 200, body: { ...webhook, url: after.url } });
    expect((await change({ events: ['job.failed', 'job.failed'] })).body).toEqual({
      ...{ ...webhook, url: after.url },
      events: ['job.failed'],
    });
    expect((await change({})).body).toMatchObject({ url: after.url, events: ['job.failed'] });
    await endJob();
    start();
    const [{ headers, body }] = await after.called(1);
    expect(JSON.parse(body).data.jobId).toBe(owed);
    expect(headers).toMatchObject(signedHeaders(secret, String(headers['webhook-id']), time.now, body));
    expect(before.calls).toEqual([]);
    const { items } = (await ask('GET', `/v1/webhooks/${webhook.id}/deliveries`)).body;
    expect(items).toHaveLength(1);
  });

  it.each([
    [{ url: 'http://example.com/' }, '/url'],
    [{ url: 'https://10.0.0.1/' }, '/url'],
    [{ events: [] }, '/events'],
    [{ events: ['job.started'] }, '/events/0'],
    [{ secret: 'whsec_' }, '/secret'],
  ])('is not changed to %j', async (body, path) => {
    const { ask } = await openApp({ allowPrivate: false });
    const url = 'https://example.com/';
    const { id } = (await ask('POST', '/v1/webhooks', { url })).body;
    const refused = await ask('PATCH', `/v1/webhooks/${id}`, body);
    expect([refused.status, refused.body.errors[0].path]).toEqual([400, path]);
    expect((await ask('GET', `/v1/webhooks/${id}`)).body.url).toBe(url);
  });

  it('is rejected if the project has twenty', async () => {
    const { ask } = await openApp();
    const make = () => ask('POST', '/v1/webhooks', { url: 'https://example.com/' });
    for (let index = 0; index < 20; index++) expect((await make()).status).toBe(201);
    expect(await make()).toMatchObject({ status: 409, body: { code: 'too_many_webhooks' } });
    expect((await ask('GET', '/v1/webhooks')).body.items).toHaveLength(20);
  });

  it('is tested with one call, whose outcome is returned', async () => {
    const { ask } = await openApp();
    const receiver = await openReceiver((_, index) => (index === 0 ? 204 : 500));
    const { id } = (await ask('POST', '/v1/webhooks', { url: receiver.url })).body;
    const accepted = await ask('POST', `/v1/webhooks/${id}/test`);
    expect(accepted.body).toMatchObject({
      delivered: true,
      status: 204,
      error: null,
      milliseconds: expect.any(Number),
    });
    expect(receiver.calls[0].headers['webhook-id']).toBe(accepted.body.id);
    expect(JSON.parse(receiver.calls[0].body)).toMatchObject({ type: 'webhook.test', data: { webhookId: id } });
    expect((await ask('POST', `/v1/webhooks/${id}/test`)).body).toMatchObject({ delivered: false, status: 500 });
  });

  it('lists its tests among the deliveries, with status and duration, without the secret', async () => {
    const { ask, endJob, time, outbox } = await openApp();
    const receiver = await openReceiver((_, index) => (index === 0 ? 204 : 503));
    const { id, secret } = (await ask('POST', '/v1/webhooks', { url: receiver.url })).body;
    const deliveries = async () => (await ask('GET', `/v1/webhooks/${id}/deliveries`)).body.items;
    const accepted = (await ask('POST', `/v1/webhooks/${id}/test`)).body;
    time.now += 60_000;
    const refused = (await ask('POST', `/v1/webhooks/${id}/test`)).body;
    expect(refused).toMatchObject({ delivered: false, status: 503 });
    const [second, first] = await deliveries();
    const { delivered: _, ...result } = accepted;
    expect(first).toEqual({
      ...result,
      ...{ type: 'webhook.test', state: 'delivered', attempts: 1, nextAttemptAt: null },
      payload: JSON.parse(receiver.calls[0].body),
      ...{ createdAt: expect.any(String), finishedAt: expect.any(String) },
    });
    expect(second).toMatchObject({
      ...{ id: refused.id, type: 'webhook.test', state: 'failed', status: 503, milliseconds: expect.any(Number) },
      error: 'The receiver answered 503.',
    });
    expect(JSON.stringify([first, second])).not.toContain(secret.slice('whsec_'.length));
    // Ordered by time, together with deliveries of jobs.
    time.now -= 30_000;
    await endJob();
    time.now += 30_000;
    expect((await deliveries()).map(({ type }: { type: string }) => type)).toEqual([
      'webhook.test',
      'job.cancelled',
      'webhook.test',
    ]);
    await outbox.purge(time.now + 1);
    expect((await deliveries()).map(({ type }: { type: string }) => type)).toEqual(['job.cancelled']);
  });

  it('lists a test without a receiver, and does not repeat the call', async () => {
    const { ask, start, time } = await openApp();
    const { id } = (await ask('POST', '/v1/webhooks', { url: 'http://127.0.0.1:9/' })).body;
    const { error } = (await ask('POST', `/v1/webhooks/${id}/test`)).body;
    time.now += 86_400_000;
    await start().stop();
    const { items } = (await ask('GET', `/v1/webhooks/${id}/deliveries`)).body;
    expect(items).toMatchObject([{ type: 'webhook.test', state: 'failed', attempts: 1, status: null, error }]);
  });

  it('lists a test that was cancelled during the call', async () => {
    const { webhooks } = await openApp();
    const receiver = await openReceiver(() => 'later');
    const { id } = await webhooks.create({ url: receiver.url, events: ['job.failed'] });
    const gone = new AbortController();
    const test = webhooks.test(id, gone.signal);
    await receiver.called(1);
    gone.abort();
    await expect(test).rejects.toThrow('abort');
    expect((await webhooks.deliveries(id, EVERY)).items).toMatchObject([
      {
        type: 'webhook.test',
        state: 'failed',
        status: null,
        milliseconds: null,
        error: expect.stringContaining('cancelled'),
      },
    ]);
  });

  it('can be deleted during a test', async () => {
    const { webhooks, database } = await openApp();
    const receiver = await openReceiver(() => 'later');
    const { id } = await webhooks.create({ url: receiver.url, events: ['job.failed'] });
    const test = webhooks.test(id, new AbortController().signal);
    const [{ response }] = await receiver.called(1);
    await webhooks.remove(id);
    response.writeHead(204).end();
    expect(await test).toMatchObject({ delivered: true, status: 204 });
    expect(await database.selectFrom('deliveries').selectAll().execute()).toEqual([]);
  });

  it('lists its deliveries in pages, newest first', async () => {
    const { ask, endJob, time } = await openApp();
    const { id } = (await ask('POST', '/v1/webhooks', { url: 'https://example.com/' })).body;
    const jobs = [];
    for (let job = 0; job < 3; job++) {
      jobs.unshift(await endJob());
      time.now += 1000;
    }
    const first = (await ask('GET', `/v1/webhooks/${id}/deliveries?limit=2`)).body;
    const second = (await ask('GET', `/v1/webhooks/${id}/deliveries?limit=2&after=${first.next}`)).body;
    const all = [...first.items, ...second.items];
    expect(all.map(({ payload }) => payload.data.jobId).toSorted()).toEqual(jobs.toSorted());
    expect([first.items.length, second.next]).toEqual([2, null]);
    expect(all[0]).toMatchObject({ type: 'job.cancelled', state: 'pending', attempts: 0, status: null, error: null });
  });

  it.each([
    ['GET', '/v1/webhooks/whk_none'],
    ['DELETE', '/v1/webhooks/whk_none'],
    ['PATCH', '/v1/webhooks/whk_none', {}],
    ['GET', '/v1/webhooks/whk_none/deliveries'],
    ['POST', '/v1/webhooks/whk_none/test'],
  ] as const)('that does not exist is not found: %s %s', async (method, url, body?: object) => {
    const { ask } = await openApp();
    expect(await ask(method, url, body)).toMatchObject({ status: 404, body: { code: 'webhook_not_found' } });
  });
});
