import type { FastifyPluginAsync } from 'fastify';
import { describe, expect, it } from 'vitest';
import { buildApp } from '../../src/http/app.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../support/access.ts';

const room: FastifyPluginAsync = async (app) => {
  app.post('/things', { config: { scope: 'train' } }, async () => 'made');
  app.get('/things', { config: { scope: 'read' } }, async () => []);
  app.get('/open', { config: { scope: 'public' } }, async () => 'open');
};
const app = await buildApp({ version: '0', routes: [room], guard: OPEN_GUARD, limits: HTTP_LIMITS, logger: false });
const remote = { ...OPEN_GUARD, allowRemoteWithoutKeys: true };
const openApp = await buildApp({ version: '0', routes: [room], guard: remote, limits: HTTP_LIMITS, logger: false });

/** The headers of a browser when a person follows a link of another site. */
const LINK = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

const post = (headers: Record<string, string>) => app.inject({ method: 'POST', url: '/things', headers });

describe('a service without keys', () => {
  it.each([
    { host: 'localhost' },
    { host: 'localhost:8080' },
    { host: '127.0.0.1:8080' },
    { host: '[::1]:8080' },
    { host: 'localhost:8080', origin: 'http://localhost:8080' },
    { host: 'localhost:8080', origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' },
    { host: 'localhost:8080', 'sec-fetch-site': 'none' },
  ])('accepts %j', async (headers) => {
    expect((await post(headers)).statusCode).toBe(200);
  });

  it.each([
    ['a name that resolves to this machine', { host: 'evil.example:8080' }],
    ['a name that resembles an address', { host: '127.0.0.1.evil.example' }],
    ['a page of another origin', { host: 'localhost:8080', origin: 'https://evil.example' }],
    ['another page of this machine', { host: 'localhost:8080', origin: 'http://localhost:3000' }],
    ['a page without an address', { host: 'localhost:8080', origin: 'null' }],
    ['a page of another site', { host: 'localhost:8080', 'sec-fetch-site': 'cross-site' }],
    ['a page of another port', { host: 'localhost:8080', 'sec-fetch-site': 'same-site' }],
    ['a form that a page of another site sends', { host: 'localhost:8080', ...LINK }],
  ])('refuses %s, with the remedy', async (_, headers) => {
    const answer = await post(headers);
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'origin_refused']);
    expect(answer.json().detail).toContain('trainyard keys create');
  });

  describe('by a GET of a browser', () => {
    const get = async (url: string, headers: Record<string, string>) =>
      (await app.inject({ url, headers: { host: 'localhost:8080', ...headers } })).statusCode;

    it.each(['/things', '/open', '/docs/', '/openapi.json'])(
      'responds to a link to %s from another site',
      async (url) => {
        expect(await get(url, LINK)).toBe(200);
      },
    );

    it.each([
      ['an image', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
      ['a script', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }],
      ['a frame', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
      ['fetch', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ])('refuses requests of another site as %s', async (_, headers) => {
      for (const site of ['cross-site', 'same-site'])
        expect(await get('/things', { 'sec-fetch-site': site, ...headers })).toBe(403);
    });
  });

  it('responds to load balancers under any host name', async () => {
    expect((await app.inject({ url: '/open', headers: { host: 'node-7.internal' } })).statusCode).toBe(200);
  });

  it('accepts requests from any machine if configured so', async () => {
    const headers = { host: 'evil.example', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await openApp.inject({ method: 'POST', url: '/things', headers })).statusCode).toBe(200);
  });
});

it('does not become ready with a route that declares no scope', async () => {
  const forgetful: FastifyPluginAsync = async (app) => {
    app.get('/forgotten', async () => 'secret');
  };
  const unready = await buildApp({
    version: '0',
    routes: [forgetful],
    guard: OPEN_GUARD,
    limits: HTTP_LIMITS,
    logger: false,
  });
  await expect(unready.ready()).rejects.toThrow('GET /forgotten');
});
