import type { FastifyPluginAsync } from 'fastify';
import { expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/authentication.ts';
import { buildApp } from '../../src/http/app.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../support/access.ts';

const room: FastifyPluginAsync = async (app) => {
  app.get('/things', { config: { scope: 'read' } }, async () => 'there');
};

/** An app that accepts any text as a key, with this limit, at a time that the test sets. */
async function openApp(requestsPerSecond: number | null) {
  const clock = { now: 1_000_000 };
  const authentication = {
    callerOf: async (keyId = '') => ({ ...ANONYMOUS, keyId, requestsPerSecond }),
    invalid: async () => [],
  };
  const guard = { ...OPEN_GUARD, authentication, clock: () => clock.now };
  const app = await buildApp({ version: '0', routes: [room], guard, limits: HTTP_LIMITS, logger: false });
  const ask = async (authorization = 'a') => {
    const { statusCode, headers, body } = await app.inject({ url: '/things', headers: { authorization } });
    return { status: statusCode, body, headers, limit: headers.ratelimit, policy: headers['ratelimit-policy'] };
  };
  return { clock, ask };
}

it('accepts as many requests as the key has, then says how long to wait', async () => {
  const { clock, ask } = await openApp(2);
  expect(await ask()).toMatchObject({ status: 200, policy: '"key";q=2;w=1', limit: '"key";r=1;t=1' });
  expect(await ask()).toMatchObject({ status: 200, limit: '"key";r=0;t=1' });
  const refused = await ask();
  expect([refused.status, JSON.parse(refused.body).code]).toEqual([429, 'too_many_requests']);
  expect(refused.headers).toMatchObject({ 'retry-after': '1', ratelimit: '"key";r=0;t=1' });
  clock.now += 500;
  expect((await ask()).status).toBe(200);
  expect((await ask()).status).toBe(429);
});

it('accepts a request after that wait, also at less than one a second', async () => {
  const { clock, ask } = await openApp(0.3);
  expect(await ask()).toMatchObject({ status: 200, policy: '"key";q=1;w=4' });
  const refused = await ask();
  expect(refused.status).toBe(429);
  clock.now += Number(refused.headers['retry-after']) * 1000;
  expect((await ask()).status).toBe(200);
});

it('counts each key separately, and accumulates at most one second', async () => {
  const { clock, ask } = await openApp(1);
  expect((await ask('a')).status).toBe(200);
  expect((await ask('b')).status).toBe(200);
  clock.now += 60_000;
  expect([(await ask('a')).status, (await ask('a')).status]).toEqual([200, 429]);
});

it('has no headers about limits without a limit', async () => {
  const { ask } = await openApp(null);
  expect(await ask()).toMatchObject({ status: 200, limit: undefined, policy: undefined });
});
