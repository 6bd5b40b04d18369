import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, openApp } from './testApp.ts';

const FORM = 'application/x-www-form-urlencoded';
const FORMATS: Readonly<Record<string, string>> = {
  '/things': 'application/json',
  '/files': 'text/csv, application/json',
};

let opened: Awaited<ReturnType<typeof openApp>>;
beforeAll(async () => {
  opened = await openApp({ maxJsonBytes: 10_000, maxJsonDepth: 8, maxJsonValuesWithoutRows: 2000, maxColumns: 10 });
});
afterAll(() => opened.app.close());

const inject = (request: string | InjectOptions) => opened.app.inject(request);

describe('input that no route reads', () => {
  it('is refused in the address', async () => {
    const answer = await inject('/things/1?limit=1&__proto__=2');
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({
      code: 'invalid_request',
      instance: '/things/1',
      errors: [{ path: '/limit' }, { path: '/__proto__' }],
    });
    expect((await inject('/things?limit=1')).statusCode).toBe(200);
  });

  it('is refused in the address with the known names', async () => {
    const [unknown, none] = [await inject('/things?limits=1'), await inject('/things/1?limits=1')];
    expect(unknown.json().errors[0].message).toBe('Unknown parameter. Did you mean `limit`? Known: limit.');
    expect(none.json().errors[0].message).toBe('Unknown parameter. This route has none.');
  });

  it('is refused as a body, unless it is empty', async () => {
    const cancel = (payload: string) => inject({ ...json(payload), url: '/things/1/cancel' });
    expect((await cancel('{"reason": "late"}')).json()).toMatchObject({ status: 400, code: 'invalid_request' });
    expect((await cancel('{}')).body).toBe('cancelled');
  });

  it.each([
    [
      '/things',
      { 'content-type': 'text/csv' },
      'Content-Type text/csv is not supported. POST /things accepts application/json. Send the header "Content-Type: application/json".',
    ],
    [
      '/things',
      { 'content-type': FORM },
      `Content-Type ${FORM} is not supported. POST /things accepts application/json. Send the header "Content-Type: application/json". curl -d sends a form unless -H names another Content-Type.`,
    ],
    [
      '/things',
      { 'content-type': 'multipart/form-data; boundary=x' },
      'Content-Type multipart/form-data is not supported. POST /things accepts application/json. Send the header "Content-Type: application/json".',
    ],
    [
      '/things',
      { 'content-type': '' },
      'The body has no Content-Type. POST /things accepts application/json. Send the header "Content-Type: application/json".',
    ],
    [
      '/things',
      { 'content-type': 'json' },
      'Content-Type json is not supported. POST /things accepts application/json. Send the header "Content-Type: application/json".',
    ],
    [
      '/files',
      { 'content-type': FORM },
      `Content-Type ${FORM} is not supported. POST /files accepts text/csv or application/json. Send the header of your format, such as "Content-Type: text/csv". curl -d sends a form unless -H names another Content-Type, and removes line ends: send a file with --data-binary @FILE.`,
    ],
    [
      '/things/1/cancel',
      { 'content-type': 'text/plain' },
      'Content-Type text/plain is not supported. POST /things/:id/cancel accepts no body. Send none.',
    ],
  ])('is refused as a format: %s with %j', async (url, headers, detail) => {
    const answer = await inject({ ...json('a=b', headers), url });
    expect(answer.json()).toMatchObject({ status: 415, code: 'unsupported_media_type', detail });
    expect(answer.headers.accept).toBe(FORMATS[url]);
  });

  it.each(['utf-16', 'UTF-16LE', '"iso-8859-1"'])('is refused as JSON in the charset %s', async (charset) => {
    const answer = await inject(json('{"units": 1}', { 'content-type': `application/json; charset=${charset}` }));
    expect(answer.json()).toMatchObject({ status: 415, code: 'unsupported_encoding' });
    expect(answer.json().detail).toMatch(/^The charset .* is not supported for JSON\. Send UTF-8/);
  });

  it.each(['utf-8', '"UTF-8"', 'utf8', 'us-ascii'])('is supported in the charset %s', async (charset) => {
    const answer = await inject(json('{"units": 1}', { 'content-type': `application/json; charset=${charset}` }));
    expect(answer.statusCode).toBe(200);
  });

  it.each([
    [
      '/things',
      'gzip',
      'Content-Encoding gzip is not supported. POST /things supports no compressed bodies. Send the body without Content-Encoding.',
      'identity',
    ],
    [
      '/files',
      'br',
      'Content-Encoding br is not supported. POST /files supports gzip only. Send the body with gzip or without Content-Encoding.',
      'gzip',
    ],
  ])(
    'is refused by %s with Content-Encoding %s and a message with the remedy',
    async (url, encoding, detail, accepted) => {
      const answer = await inject({ ...json('{}', { 'content-encoding': encoding }), url });
      expect(answer.json()).toMatchObject({ status: 415, code: 'unsupported_encoding', detail });
      expect(answer.headers['accept-encoding']).toBe(accepted);
    },
  );

  it.each([FORM, 'text/csv', 'multipart/form-data; boundary=x', 'application/json'])(
    'is accepted if nothing was sent as %s',
    async (type) => {
      const answer = await inject({ ...json('', { 'content-type': type }), url: '/things/1/cancel' });
      expect(answer.body).toBe('cancelled');
    },
  );

  it.each(['gzip', 'br', 'identity, gzip'])('is refused as Content-Encoding %s', async (encoding) => {
    const answer = await inject(json('{"units": 1}', { 'content-encoding': encoding }));
    expect(answer.json()).toMatchObject({ status: 415, code: 'unsupported_encoding' });
  });

  it('is accepted with an encoding without effect', async () => {
    expect((await inject(json('{"units": 1}', { 'content-encoding': 'identity' }))).statusCode).toBe(200);
  });
});

describe('a method that a path does not support', () => {
  it.each([
    ['DELETE', '/things', 'GET, HEAD, OPTIONS, POST'],
    ['POST', '/things/1', 'GET, HEAD, OPTIONS'],
    ['GET', '/things/1/cancel', 'OPTIONS, POST'],
    ['HEAD', '/files', 'OPTIONS, POST'],
    ['PROPFIND', '/things', 'GET, HEAD, OPTIONS, POST'],
    ['PUT', '/openapi.json', 'GET, HEAD, OPTIONS'],
    ['POST', '/docs', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/docs/static/index.css', 'GET, HEAD, OPTIONS'],
  ] as const)('%s %s is 405 with the supported ones', async (method, url, allow) => {
    const answer = await inject({ method, url });
    expect(answer.statusCode).toBe(405);
    if (method !== 'HEAD') expect(answer.json()).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(answer.headers.allow).toBe(allow);
  });

  it.each([
    ['invalid JSON', json('{')],
    ['an unsupported format', json('a=b', { 'content-type': 'application/x-www-form-urlencoded' })],
    ['an unsupported encoding', json('{}', { 'content-encoding': 'br' })],
    ['an unknown parameter', { url: '/things?unknown=1' }],
  ])('is refused before the rest of the request is read: %s', async (_, request) => {
    expect((await inject({ ...request, method: 'PUT' })).statusCode).toBe(405);
  });

  it('is 404 on a missing path', async () => {
    expect((await inject({ method: 'PUT', url: '/nowhere' })).statusCode).toBe(404);
  });
});

describe('a body of JSON', () => {
  const nested = (depth: number) => `{"units": 1, "more": ${'['.repeat(depth)}${']'.repeat(depth)}}`;

  it.each([
    ['too many bytes', JSON.stringify({ units: 1, more: 'x'.repeat(20_000) }), '10000 bytes'],
    ['too deep', nested(8), '8 nested arrays and objects'],
    ['too many values', JSON.stringify({ units: 1, more: Array(2100).fill(1) }), '2000 values'],
    [
      'too many members of an object',
      JSON.stringify(Object.fromEntries(Array.from({ length: 1100 }, (_, i) => [`${i}`, 0]))),
      '1000 members',
    ],
  ])('of %s is 413 and names the limit', async (_, payload, words) => {
    const answer = await inject(json(payload));
    expect(answer.json()).toMatchObject({ status: 413, code: 'payload_too_large' });
    expect(answer.json().detail).toContain(words);
  });

  it('may be as deep as the limit; brackets in its texts do not count', async () => {
    expect((await inject(json(nested(7)))).statusCode).toBe(200);
    const texts = JSON.stringify({ units: 1, more: '[{"\\'.repeat(100), last: '\\' });
    expect((await inject(json(texts))).statusCode).toBe(200);
  });
});

it('lists the first hundred issues, with long names shortened', async () => {
  const { app } = await openApp();
  const answer = await app.inject({
    url: `/things?${'x'.repeat(5000)}=1&${Array.from({ length: 300 }, (_, i) => `k${i}=1`).join('&')}`,
  });
  expect(answer.json().errors).toHaveLength(100);
  expect(answer.json().detail).toContain('The request has more than 100 mistakes. The first 3:');
  expect(answer.body.length).toBeLessThan(20_000);
  await app.close();
});

it.each(['/<script>alert(1)</script>', '/%zz', '/things/'.concat('x'.repeat(300))])(
  'responds to %s with data that no browser interprets as a page',
  async (url) => {
    const answer = await inject(url);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  },
);

it('serves a documentation that runs only its own scripts', async () => {
  const policy = String((await inject('/docs/')).headers['content-security-policy']);
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
});
