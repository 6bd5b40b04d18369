import Fastify from 'fastify';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { registerErrors } from '../../../src/http/errors.ts';
import { refuseOverload } from '../../../src/http/limits/overload.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

const CALM = { rssBytes: 100, heapShare: 0.1, delayMs: 5 };

function openApp(limits: Partial<Parameters<typeof refuseOverload>[1]> = {}) {
  const vitals = { ...CALM };
  const app = Fastify({ bodyLimit: 100 });
  onTestFinished(() => app.close());
  registerErrors(app);
  refuseOverload(app, { maxApiMemoryBytes: 1000, maxDelayMs: 1000, maxBufferedBytes: 1000, ...limits }, () => vitals);
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  app.get('/healthz', { config: { scope: 'public' } }, async () => 'alive');
  app.get('/readyz', { config: { scope: 'public', reportsLoad: true } }, async () => 'ready');
  app.get('/things', { config: { scope: 'read' } }, async () => 'there');
  app.post('/things', { config: { scope: 'read' } }, () => {
    reached.resolve();
    return released.promise.then(() => 'done');
  });
  const config = { scope: 'read', maxStreamedBytes: 1000, buffers: 'application/json' } as const;
  app.register(async (streams) => {
    streams.removeAllContentTypeParsers();
    streams.addContentTypeParser('*', (_request, body, done) => done(null, body));
    streams.post('/streams', { config }, () => {
      reached.resolve();
      return released.promise.then(() => 'done');
    });
  });
  const ask = async (url: string) => (await app.inject(url)).statusCode;
  const become = async (changes: Partial<typeof CALM>) => {
    Object.assign(vitals, CALM, changes);
    await vi.advanceTimersByTimeAsync(1000);
  };
  return { app, ask, become, reached: reached.promise, release: released.resolve };
}

it.each([
  ['uses too much memory', { rssBytes: 1001 }],
  ['has nearly filled its heap', { heapShare: 0.95 }],
  ['has a delayed event loop', { delayMs: 1500 }],
])('responds with 503 and a time to retry while it %s, also to load balancers', async (_, changes) => {
  const { app, ask, become } = openApp();
  await become(changes);
  const refused = await app.inject('/things');
  expect([refused.statusCode, refused.json().code, refused.headers['retry-after']]).toEqual([503, 'overloaded', '2']);
  expect([await ask('/healthz'), await ask('/readyz')]).toEqual([200, 503]);
  await become({});
  expect([await ask('/things'), await ask('/readyz')]).toEqual([200, 200]);
});

it('is unaffected by training on every core', async () => {
  const { ask, become } = openApp();
  await become({ delayMs: 200, rssBytes: 900, heapShare: 0.5 });
  expect(await ask('/things')).toBe(200);
});

it('refuses more concurrent bodies than its limit, and accepts them when the others are done', async () => {
  const { app, reached, release } = openApp({ maxBufferedBytes: 150 });
  const send = async () =>
    app.inject({
      method: 'POST',
      url: '/things',
      payload: JSON.stringify('x'.repeat(90)),
      headers: { 'content-type': 'application/json' },
    });
  const first = send();
  await reached;
  expect((await send()).statusCode).toBe(503);
  release();
  expect((await first).statusCode).toBe(200);
  expect((await send()).statusCode).toBe(200);
});

it('counts what a route of streams buffers in memory, but not its streams', async () => {
  const { app, reached, release } = openApp({ maxBufferedBytes: 150 });
  const send = async (type: string) =>
    app.inject({ method: 'POST', url: '/streams', payload: 'x'.repeat(500), headers: { 'content-type': type } });
  const first = send('application/json; charset=utf-8');
  await reached;
  const [json, text] = [send('application/json'), send('text/csv')];
  expect((await json).statusCode).toBe(503);
  release();
  expect([(await first).statusCode, (await text).statusCode]).toEqual([200, 200]);
});
