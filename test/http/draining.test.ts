import type { FastifyPluginAsync } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildApp } from '../../src/http/app.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../support/access.ts';

/** An app with a route that responds when the test allows it. */
async function openApp(drainMs = 20_000) {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const slow: FastifyPluginAsync = async (app) => {
    app.get('/slow', { config: { scope: 'public' } }, async () => {
      asked.resolve();
      await answer.promise;
      return 'at last';
    });
  };
  const app = await buildApp({
    version: '1.2.3',
    routes: [slow],
    guard: OPEN_GUARD,
    limits: HTTP_LIMITS,
    drainMs,
    logger: false,
  });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    answer.resolve();
    await app.close();
  });
  const ask = () => fetch(`${address}/slow`);
  return { app, ask, asked: asked.promise, answer: answer.resolve };
}

describe('a closing app', () => {
  it('responds to earlier requests, refuses later ones, and closes', async () => {
    const { app, ask, asked, answer } = await openApp();
    const before = ask();
    await asked;
    const closed = app.close();
    const late = await ask();
    expect([late.status, late.headers.get('connection'), late.headers.get('retry-after')]).toEqual([503, 'close', '5']);
    expect(await late.json()).toMatchObject({ code: 'unavailable', detail: expect.stringContaining('stopping') });
    answer();
    expect(await (await before).text()).toBe('at last');
    await closed;
    await expect(ask()).rejects.toThrow('fetch failed');
  });

  it('aborts requests without a response in time', async () => {
    const { app, ask, asked } = await openApp(1);
    const before = ask();
    await asked;
    await Promise.all([app.close(), expect(before).rejects.toThrow('fetch failed')]);
  });
});
