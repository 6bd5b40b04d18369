import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ANONYMOUS } from '../../../src/access/authentication.ts';
import { buildApp } from '../../../src/http/app.ts';
import type { HttpLimits } from '../../../src/http/limits/limits.ts';
import { ServiceError } from '../../../src/kit/contract/errors.ts';
import { openService } from '../../access/support.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../../support/access.ts';
import { type Client, curl, fetched, hasCurl, hasPython, type LargeRequest, nodeHttp, python } from './clients.ts';

/**
 * More than the operating system buffers for a connection, so that an unread body stops its client.
 */
const TIMES = 2 ** 19;
const FILL = 'x'.repeat(31);
const GOOD = { authorization: 'Bearer good', 'content-type': 'application/json' };

const room: FastifyPluginAsyncZod = async (app) => {
  const config = { scope: 'train' } as const;
  app.post('/things', { config, schema: { body: z.strictObject({}) } }, async () => 'made');
  app.get('/things', { config }, async () => []);
  await app.register(async (files) => {
    files.removeAllContentTypeParsers();
    files.addContentTypeParser('text/csv', (_request, body, done) => done(null, body));
    files.post<{ Body: Readable }>(
      '/files',
      {
        config: { ...config, maxStreamedBytes: 2 ** 40 },
        schema: { body: { content: { 'text/csv': { schema: z.unknown() } } } },
      },
      async ({ body }) => {
        for await (const _ of body.iterator({ destroyOnReturn: false })) throw new ServiceError('invalid_file', 'Bad.');
        return 'read';
      },
    );
  });
};

/** A service that accepts one key, `good`. */
async function openApp(limits: Partial<HttpLimits> = {}) {
  const callerOf = async (authorization: string | undefined) => {
    if (authorization === 'Bearer good') return { ...ANONYMOUS, keyId: 'key_1' };
    throw new ServiceError('key_required', 'Send a key.');
  };
  const authentication = { callerOf, invalid: async () => [] };
  const app = await buildApp({
    version: '0',
    routes: [room],
    guard: { ...OPEN_GUARD, authentication, maxFailedKeysPerMinute: 1_000_000 },
    limits: { ...HTTP_LIMITS, ...limits },
    logger: false,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return { app, address: `http://127.0.0.1:${port}` };
}

const large = (path: string, headers: Record<string, string> = GOOD): LargeRequest => ({
  path,
  headers,
  fill: FILL,
  times: TIMES,
});

const REFUSED: readonly (readonly [request: LargeRequest, status: number, code: string])[] = [
  [large('/things'), 413, 'payload_too_large'],
  [large('/things', { ...GOOD, 'content-type': 'application/x-www-form-urlencoded' }), 415, 'unsupported_media_type'],
  [
    large('/things', { ...GOOD, 'content-type': 'application/json', 'content-encoding': 'br' }),
    415,
    'unsupported_encoding',
  ],
  [large('/things', { 'content-type': 'application/json' }), 401, 'key_required'],
  [large('/things?unknown=1'), 400, 'invalid_request'],
  [large('/nowhere'), 404, 'route_not_found'],
  [large('/openapi.json'), 405, 'method_not_allowed'],
  [large('/files', { ...GOOD, 'content-type': 'text/csv' }), 422, 'invalid_file'],
];

const NO_PYTHON = hasPython ? undefined : 'python3 is not installed';
const NO_CURL = hasCurl ? undefined : 'curl is not installed';

const CLIENTS: readonly { readonly name: string; readonly send: Client; readonly missing?: string | undefined }[] = [
  { name: "Python's urllib", send: python('urllib'), missing: NO_PYTHON },
  { name: "Python's http.client", send: python('http.client'), missing: NO_PYTHON },
  { name: "Python's http.client in chunks", send: python('http.client in chunks'), missing: NO_PYTHON },
  { name: 'curl', send: curl('-H', 'Expect:', '--data-binary', '@-'), missing: NO_CURL },
  { name: 'curl in chunks', send: curl('-H', 'Expect:', '-T', '-'), missing: NO_CURL },
  { name: 'curl that expects 100 Continue', send: curl('--data-binary', '@-'), missing: NO_CURL },
  { name: "Node's http", send: nodeHttp },
  { name: 'fetch', send: fetched },
];

describe('a large body that is refused early', () => {
  let opened: Awaited<ReturnType<typeof openApp>>;
  beforeAll(async () => {
    opened = await openApp({ maxJsonBytes: 2 ** 20 });
  });
  afterAll(() => opened.app.close());

  it.for(CLIENTS)('lets $name read the reason', { timeout: 60_000 }, async ({ send, missing }, { skip }) => {
    skip(missing !== undefined, missing);
    const seen = await send(
      opened.address,
      REFUSED.map(([request]) => request),
    );
    expect(seen).toEqual(REFUSED.map(([, status, code]) => ({ status, code })));
  });
});

describe('a large body that a service refuses', () => {
  let service: Awaited<ReturnType<typeof openService>>;
  let authorization: string;
  beforeAll(async () => {
    service = await openService();
    await service.makeProject('small', { storedBytes: 1000 });
    authorization = `Bearer ${(await service.makeKey(['train', 'predict'], 'small')).key}`;
  });
  afterAll(() => service.stop());

  it.for(CLIENTS)('lets $name read the reason', { timeout: 60_000 }, async ({ send, missing }, { skip }) => {
    skip(missing !== undefined, missing);
    const csv = { authorization, 'content-type': 'text/csv' };
    const form = { authorization, 'content-type': 'multipart/form-data; boundary=x' };
    const field = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n';
    const seen = await send(service.address, [
      large('/v1/datasets', csv),
      { ...large('/v1/datasets', form), fill: field },
      large('/v1/models/mdl_1/predict', csv),
    ]);
    expect(seen).toEqual([
      { status: 413, code: 'stored_bytes_quota' },
      { status: 400, code: 'invalid_request' },
      { status: 404, code: 'model_not_found' },
    ]);
  });
});
