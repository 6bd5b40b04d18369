import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, openApp } from './room.ts';

let opened: Awaited<ReturnType<typeof openApp>>;
beforeAll(async () => {
  opened = await openApp({ maxJsonBytes: 10_000, maxJsonDepth: 8, maxJsonValues: 1000 });
});
afterAll(() => opened.app.close());

const inject = (request: string | InjectOptions) => opened.app.inject(request);

describe('what no route reads', () => {
  it('is refused in the address', async () => {
    const answer = await inject('/things/1?limit=1&__proto__=2');
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: '/limit' }, { path: '/__proto__' }],
    });
    expect((await inject('/things?limit=1')).statusCode).toBe(200);
  });

  it('is refused as a body, unless it says nothing', async () => {
    const cancel = (payload: string) => inject({ ...json(payload), url: '/things/1/cancel' });
    expect((await cancel('{"reason": "late"}')).json()).toMatchObject({ status: 400, code: 'invalid_request' });
    expect((await cancel('{}')).body).toBe('cancelled');
  });

  it.each(['gzip', 'br', 'identity, gzip'])('is refused as Content-Encoding %s', async (encoding) => {
    const answer = await inject(json('{"units": 1}', { 'content-encoding': encoding }));
    expect(answer.json()).toMatchObject({ status: 415, code: 'unsupported_encoding' });
  });

  it('is let through as the encoding that is none', async () => {
    expect((await inject(json('{"units": 1}', { 'content-encoding': 'identity' }))).statusCode).toBe(200);
  });
});

describe('a method that a path does not have', () => {
  it.each([
    ['DELETE', '/things', 'GET, HEAD, POST'],
    ['POST', '/things/1', 'GET, HEAD'],
    ['GET', '/things/1/cancel', 'POST'],
    ['OPTIONS', '/files', 'POST'],
    ['PROPFIND', '/things', 'GET, HEAD, POST'],
    ['PUT', '/openapi.json', 'GET, HEAD'],
    ['POST', '/docs', 'GET, HEAD'],
    ['DELETE', '/docs/static/index.css', 'GET, HEAD'],
  ] as const)('%s %s is 405 with those that it has', async (method, url, allow) => {
    const answer = await inject({ method, url });
    expect(answer.json()).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(answer.headers.allow).toBe(allow);
  });

  it('is refused before its body is looked at', async () => {
    expect((await inject({ ...json('{'), method: 'PUT' })).statusCode).toBe(405);
  });

  it('is 404 on a path that is none', async () => {
    expect((await inject({ method: 'PUT', url: '/nowhere' })).statusCode).toBe(404);
  });
});

describe('a body of JSON', () => {
  const nested = (depth: number) => `{"units": 1, "more": ${'['.repeat(depth)}${']'.repeat(depth)}}`;

  it.each([
    ['too many bytes', JSON.stringify({ units: 1, more: 'x'.repeat(20_000) }), '10000 bytes'],
    ['too deep', nested(8), '8 arrays and objects'],
    ['too many values', JSON.stringify({ units: 1, more: Array(1100).fill(1) }), '1000 values'],
  ])('of %s is 413 and names the limit', async (_, payload, words) => {
    const answer = await inject(json(payload));
    expect(answer.json()).toMatchObject({ status: 413, code: 'payload_too_large' });
    expect(answer.json().detail).toContain(words);
  });

  it('may be as deep as the limit, and brackets in its texts do not count', async () => {
    expect((await inject(json(nested(7)))).statusCode).toBe(200);
    const texts = JSON.stringify({ units: 1, more: '[{"\\'.repeat(100), last: '\\' });
    expect((await inject(json(texts))).statusCode).toBe(200);
  });
});

it('lists the first hundred mistakes, and long names cut short', async () => {
  const { app } = await openApp();
  const answer = await app.inject({
    url: `/things?${'x'.repeat(5000)}=1&${Array.from({ length: 300 }, (_, i) => `k${i}=1`).join('&')}`,
  });
  expect(answer.json().errors).toHaveLength(100);
  expect(answer.json().detail).toContain('The request has 301 mistakes, the first 100 of which are listed');
  expect(answer.body.length).toBeLessThan(20_000);
  await app.close();
});

it('answers with data that no browser takes for a page', async () => {
  const answer = await inject('/<script>alert(1)</script>');
  expect(answer.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  });
});

it('shows a documentation that runs its own scripts alone', async () => {
  const policy = String((await inject('/docs/')).headers['content-security-policy']);
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
});
