import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildApp } from '../../src/http/app.ts';
import { ServiceError } from '../../src/kit/contract/errors.ts';
import { errorResponses } from '../../src/kit/contract/wire.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../support/access.ts';

const config = { scope: 'public' } as const;
const room: FastifyPluginAsyncZod = async (app) => {
  const body = z.strictObject({ units: z.int().min(1), name: z.string() });
  app.post(
    '/things',
    { config, schema: { body, response: { 200: body, ...errorResponses(400) } } },
    async ({ body }) => body,
  );
  app.post('/things/:id/resume', { config, schema: { body: body.nullish() } }, async () => 'resumed');
  app.delete('/things/:id', { config }, async () => 'deleted');
  app.get('/things/:id', { config }, async () => null);
  app.get('/absent', { config }, async () => {
    throw new ServiceError('dataset_not_found', 'There is no dataset ds_1.');
  });
  app.get('/broken', { config }, async () => {
    throw new Error('SELECT secret FROM /var/lib/data');
  });
};

const app = await buildApp({ version: '1.2.3', routes: [room], guard: OPEN_GUARD, limits: HTTP_LIMITS, logger: false });

describe('an error response', () => {
  it('lists every issue of a malformed body as a problem', async () => {
    const answer = await app.inject({ method: 'POST', url: '/things', payload: { units: 0, more: true } });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({
      type: 'urn:trainyard:problem:invalid_request',
      status: 400,
      code: 'invalid_request',
      instance: '/things',
      errors: [{ path: '/units' }, { path: '/name' }, { path: '/more' }],
    });
  });

  it.each([
    ['{"units": ', 'invalid_json', 400],
    ['', 'invalid_json', 400],
    ['{"units": 1, "__proto__": {}}', 'invalid_json', 400],
  ])('says what is wrong with the JSON %j', async (payload, code, status) => {
    const answer = await app.inject({
      method: 'POST',
      url: '/things',
      payload,
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  it.each(['text/csv', 'text/plain'])('says that %s is not supported', async (format) => {
    const answer = await app.inject({
      method: 'POST',
      url: '/things',
      payload: '{"units": 1, "name": "a"}',
      headers: { 'content-type': format },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([415, 'unsupported_media_type']);
  });

  it('says that a body is too large', async () => {
    const payload = JSON.stringify({ name: 'x'.repeat(17 * 2 ** 20), units: 1 });
    const answer = await app.inject({
      method: 'POST',
      url: '/things',
      payload,
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([413, 'payload_too_large']);
  });

  it('has the code and message of a known error', async () => {
    const answer = await app.inject('/absent');
    expect(answer.json()).toMatchObject({
      status: 404,
      code: 'dataset_not_found',
      detail: 'There is no dataset ds_1.',
    });
  });

  it('contains no internals', async () => {
    const answer = await app.inject('/broken');
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toMatch(/secret|\/var|app\.test/);
  });

  it.each([
    [`/things/${'x'.repeat(300)}`, 'route_not_found', 404],
    ['/things/%zz', 'invalid_request', 400],
  ])('responds to %s, which has no route, with a problem', async (url, code, status) => {
    const answer = await app.inject(url);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  it.each([
    ['application/json', '{"a": 1}'],
    ['application/json', '{'],
    ['text/csv', 'a,b\n1,2\n'],
    ['application/x-www-form-urlencoded', 'a=1'],
  ])('responds to a missing route before it reads a body of %s', async (format, payload) => {
    const headers = { 'content-type': format };
    const answer = await app.inject({ method: 'POST', url: '/v1/trainings', headers, payload });
    expect(answer.json()).toMatchObject({
      status: 404,
      code: 'route_not_found',
      detail: 'There is no POST /v1/trainings: see /docs.',
    });
  });

  it.each([
    ['{"units": ', 'The body is not valid JSON: line 1, column 11: expected a value, found the end of the text.'],
    ['{"units": 1,\n"name": NaN}', 'line 2, column 9: expected a value, found `NaN`. JSON has no NaN or Infinity.'],
    ['', 'The body is empty: send a JSON object.'],
    [' \n', 'The body is empty: send a JSON object.'],
    ['{"units": 1, "__proto__": {}}', 'The body has a key __proto__'],
    ['{"constructor": {"prototype": {}}}', 'a constructor with a prototype'],
  ])('gives the position of the syntax error in %j', async (payload, words) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await app.inject({ method: 'POST', url: '/things', headers, payload });
    expect(answer.json()).toMatchObject({ status: 400, code: 'invalid_json' });
    expect(answer.json().detail).toContain(words);
  });

  it('suggests the intended field, and says how many issues there are', async () => {
    const answer = await app.inject({ method: 'POST', url: '/things', payload: { unit: 0 } });
    expect(answer.json().detail).toBe(
      'The request has 3 mistakes. /units: Missing: give a whole number. /name: Missing: give a string. ' +
        '/unit: Unknown field. Did you mean `units`?',
    );
  });

  it('responds to a missing route with a problem', async () => {
    const answer = await app.inject({ method: 'DELETE', url: '/nowhere' });
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'route_not_found']);
  });
});

it('accepts an empty body, whatever format the client names', async () => {
  const headers = { 'content-type': 'application/json' };
  const answer = await app.inject({ method: 'DELETE', url: '/things/1', headers });
  expect([answer.statusCode, answer.body]).toEqual([200, 'deleted']);
});

describe('the documentation', () => {
  it('is served as a document and as a page', async () => {
    expect((await app.inject('/openapi.json')).json()).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
    expect((await app.inject('/docs/')).body).toContain('swagger-ui');
  });
});

describe.each([undefined, 'application/json', 'application/x-www-form-urlencoded'])('no body of %s', (format) => {
  const headers = format === undefined ? {} : { 'content-type': format };

  it('is refused as empty if the route requires one', async () => {
    const answer = await app.inject({ method: 'POST', url: '/things', headers });
    expect(answer.json()).toMatchObject({ status: 400, detail: 'The body is empty: send a JSON object.' });
  });

  it('is accepted if the route requires none', async () => {
    const answer = await app.inject({ method: 'POST', url: '/things/1/resume', headers });
    expect([answer.statusCode, answer.body]).toEqual([200, 'resumed']);
  });
});
