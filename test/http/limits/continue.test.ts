import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FastifyPluginAsync } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { buildApp } from '../../../src/http/app.ts';
import { openService } from '../../access/support.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../../support/access.ts';
import { openApp } from './testApp.ts';

const TEN_GIGABYTES = 10 * 2 ** 30;
const JSON_TYPE = 'Content-Type: application/json';
const CSV = 'Content-Type: text/csv';
const LENGTH = 'Content-Length: 12';
const LARGE = `Content-Length: ${TEN_GIGABYTES}`;

interface Conversation {
  /** Whether 100 Continue was received before a byte of the body was sent. */
  readonly continued: boolean;
  readonly status: number;
  readonly closes: boolean;
}

/** Announces a body and sends it when the server asks for it. */
async function converse(
  port: number,
  path: string,
  lines: readonly string[],
  body = '{"units": 1}',
): Promise<Conversation> {
  const socket = connect(port, '127.0.0.1');
  socket.write([`POST ${path} HTTP/1.1`, 'Host: localhost', 'Expect: 100-continue', ...lines, '', ''].join('\r\n'));
  let text = '';
  let continued = false;
  for await (const chunk of socket) {
    text += chunk;
    if (text.startsWith('HTTP/1.1 100 Continue\r\n\r\n')) {
      continued = true;
      text = text.slice(text.indexOf('\r\n\r\n') + 4);
      socket.write(body);
    }
    if (text.includes('\r\n\r\n')) break;
  }
  return { continued, status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), closes: /^connection: close/im.test(text) };
}

describe('a client that expects 100 Continue', () => {
  let opened: Awaited<ReturnType<typeof openApp>>;
  beforeAll(async () => {
    opened = await openApp();
  });
  afterAll(() => opened.app.close());

  it.each([
    ['/things', JSON_TYPE],
    ['/files', CSV],
    ['/things/1/cancel', JSON_TYPE],
  ])('is asked for a body that %s reads', async (path, type) => {
    const body = path.endsWith('cancel') ? '{          }' : undefined;
    expect(await converse(opened.port, path, [type, LENGTH], body)).toEqual({
      continued: true,
      status: 200,
      closes: false,
    });
  });

  it.each([
    ['is too large', '/things', [JSON_TYPE, LARGE], 413],
    ['is too large for a stream', '/files', [CSV, LARGE], 413],
    ['has an unsupported format', '/things', [CSV, LENGTH], 415],
    ['has no format', '/things', [LENGTH], 415],
    ['has an unsupported encoding', '/things', [JSON_TYPE, LENGTH, 'Content-Encoding: br'], 415],
    ['has no route', '/nowhere', [JSON_TYPE, LENGTH], 404],
    ['has an unsupported method', '/openapi.json', [JSON_TYPE, LENGTH], 405],
    ['has an unknown parameter', '/things?unknown=1', [JSON_TYPE, LENGTH], 400],
    ['is sent by a page of another site', '/things', [JSON_TYPE, LENGTH, 'Sec-Fetch-Site: cross-site'], 403],
    ['has chunks in an unsupported format', '/things', [CSV, 'Transfer-Encoding: chunked'], 415],
  ])('gets an immediate response if the body %s', async (_, path, lines, status) => {
    expect(await converse(opened.port, path, lines)).toEqual({ continued: false, status, closes: true });
  });
});

it('reads a long refusal to its end although it sends no body', async () => {
  const { app, port } = await openApp();
  onTestFinished(() => app.close());
  const query = Array.from({ length: 100 }, (_, index) => `${'unknown'.repeat(8)}${index}=1`).join('&');
  const asked = request({
    port,
    method: 'POST',
    path: `/things?${query}`,
    headers: {
      'content-type': 'application/json',
      'content-length': 12,
      expect: '100-continue',
      'accept-encoding': 'gzip',
    },
  });
  asked.flushHeaders();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  expect([answer.statusCode, answer.headers['transfer-encoding']]).toEqual([400, undefined]);
  expect(JSON.parse(await text(answer)).errors).toHaveLength(100);
});

describe('a client of a service that expects 100 Continue', () => {
  let service: Awaited<ReturnType<typeof openService>>;
  let port: number;
  let key: string;
  beforeAll(async () => {
    service = await openService({ requestsPerSecond: 1000 });
    port = Number(new URL(service.address).port);
    await service.makeProject('small', { storedBytes: 10 });
    key = (await service.makeKey(['admin'], 'small')).key;
  });
  afterAll(() => service.stop());

  it.each([
    ['without a key', [], 401],
    ['with an unknown key', [`Authorization: Bearer ty_${'A'.repeat(43)}`], 401],
  ])('gets an immediate response %s', async (_, lines, status) => {
    const answer = await converse(port, '/v1/jobs', [JSON_TYPE, LENGTH, ...lines]);
    expect(answer).toMatchObject({ continued: false, status });
  });

  const authorized = () => `Authorization: Bearer ${key}`;

  it('gets an immediate response if the project has no storage left for the upload', async () => {
    const answer = await converse(port, '/v1/datasets', [CSV, LENGTH, authorized()]);
    expect(answer).toMatchObject({ continued: false, status: 413 });
  });

  it('is asked for an upload that fits', async () => {
    const lines = [CSV, 'Content-Length: 8', authorized()];
    expect(await converse(port, '/v1/datasets', lines, 'a,b\n1,2\n')).toMatchObject({ continued: true, status: 201 });
  });

  it('gets an immediate response if there is no such model', async () => {
    const answer = await converse(port, '/v1/models/mdl_1/predict', [CSV, LENGTH, authorized()]);
    expect(answer).toMatchObject({ continued: false, status: 404 });
  });

  it('gets an immediate response if the key has sent too many requests', async () => {
    const { key: slow } = await service.keys.create(
      { project: 'default' },
      { name: 'slow', scopes: ['train'], project: 'small', requestsPerSecond: 0.001 },
    );
    const lines = [JSON_TYPE, 'Content-Length: 2', `Authorization: Bearer ${slow}`];
    expect(await converse(port, '/v1/jobs', lines, '{}')).toMatchObject({ continued: true, status: 400 });
    expect(await converse(port, '/v1/jobs', lines, '{}')).toMatchObject({ continued: false, status: 429 });
  });
});

it('gets an immediate response while the service closes', async () => {
  const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
  const room: FastifyPluginAsync = async (app) => {
    app.get('/slow', { config: { scope: 'public' } }, () => {
      asked.resolve();
      return answer.promise;
    });
    app.post('/things', { config: { scope: 'train' }, schema: { body: z.object({}) } }, async () => 'made');
  };
  const app = await buildApp({ version: '0', routes: [room], guard: OPEN_GUARD, limits: HTTP_LIMITS, logger: false });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const slow = fetch(`${address}/slow`);
  await asked.promise;
  const closed = app.close();
  const seen = await converse(Number(new URL(address).port), '/things', [JSON_TYPE, LENGTH]);
  expect(seen).toEqual({ continued: false, status: 503, closes: true });
  answer.resolve('at last');
  await Promise.all([slow, closed]);
});

it('gets an immediate response while too many bodies are being received', async () => {
  const { app, port } = await openApp({ maxBufferedBytes: 10 });
  onTestFinished(() => app.close());
  expect(await converse(port, '/things', [JSON_TYPE, LENGTH])).toMatchObject({ continued: false, status: 503 });
});
