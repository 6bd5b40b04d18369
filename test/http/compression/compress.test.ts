import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { FastifyPluginAsync } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildApp } from '../../../src/http/app.ts';
import { addressOf } from '../../../src/http/network/address.ts';
import { EVENT_STREAM } from '../../../src/http/streams/eventStream.ts';
import { ServiceError } from '../../../src/kit/contract/errors.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../../support/access.ts';

const DECODERS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = { br: brotliDecompressSync, gzip: gunzipSync };
const LONG = Array.from({ length: 2000 }, (_, row) => `>50K,${row / 7}\n`).join('');
const TYPES = ['text/csv; charset=utf-8', 'application/x-ndjson', 'application/json', 'text/plain; version=0.0.4'];
const ENDLESS_CHUNKS = 4096;
/** Of random text, which compresses to three quarters. */
const CHUNK_BYTES = 2 ** 16;

const config = { scope: 'read' } as const;
const endless = { pulled: 0, closed: Promise.withResolvers<void>() };
let endStream = () => {};

const room: FastifyPluginAsync = async (app) => {
  TYPES.forEach((type, index) => {
    app.get(`/long/${index}`, { config }, (_request, reply) => reply.type(type).send(LONG));
  });
  app.get('/streamed', { config }, (_request, reply) => reply.type('text/csv').send(Readable.from([LONG, LONG])));
  app.get('/short', { config }, async () => ({ id: 'ds_1' }));
  app.get('/shortStream', { config }, (_request, reply) =>
    reply
      .type('text/csv')
      .header('content-length', 4)
      .send(Readable.from([Buffer.from('a,b\n')])),
  );
  app.get('/problem', { config }, async () => {
    throw new ServiceError('invalid_request', LONG, [
      { path: '/a', message: LONG },
      { path: '/b', message: LONG },
    ]);
  });
  app.get('/bytes', { config }, (_request, reply) => reply.type('application/vnd.apache.parquet').send(LONG));
  app.get(
    '/events',
    {
      config,
      schema: { response: { 200: { description: 'Events.', content: { [EVENT_STREAM]: { schema: z.string() } } } } },
    },
    (_request, reply) => {
      const ended = new Promise<void>((resolve) => {
        endStream = resolve;
      });
      return reply.type(EVENT_STREAM).send(Readable.from(events(ended)));
    },
  );
  app.get('/endless', { config }, (_request, reply) => reply.type('text/csv').send(Readable.from(endlessly())));
};

async function* events(ended: Promise<void>) {
  yield `data: ${'x'.repeat(2000)}\n\n`;
  await ended;
}

async function* endlessly() {
  try {
    for (; endless.pulled < ENDLESS_CHUNKS; endless.pulled++) yield randomBytes(CHUNK_BYTES).toString('base64');
  } finally {
    endless.closed.resolve();
  }
}

const limits = { ...HTTP_LIMITS, maxStalledSeconds: 1 };
const app = await buildApp({ version: '0', routes: [room], guard: OPEN_GUARD, limits, logger: false });
const inject = (url: string, encoding?: string, method: 'GET' | 'HEAD' = 'GET') =>
  app.inject({
    method,
    url,
    headers: { host: 'localhost', 'x-request-id': 'same', ...(encoding && { 'accept-encoding': encoding }) },
  });

describe.each(Object.keys(DECODERS))('a client that accepts %s', (encoding) => {
  it.each(TYPES)('gets long responses of %s compressed', async (type) => {
    const answer = await inject(`/long/${TYPES.indexOf(type)}`, encoding);
    expect(answer.headers).toMatchObject({
      'content-encoding': encoding,
      vary: 'accept-encoding',
    });
    expect(DECODERS[encoding]?.(answer.rawPayload).toString()).toBe(LONG);
    expect(answer.rawPayload.length).toBeLessThan(LONG.length / 2);
  });

  it('gets streams and problems compressed', async () => {
    const [streamed, problem] = [await inject('/streamed', encoding), await inject('/problem', encoding)];
    expect(DECODERS[encoding]?.(streamed.rawPayload).toString()).toBe(LONG + LONG);
    expect(JSON.parse(String(DECODERS[encoding]?.(problem.rawPayload)))).toMatchObject({ code: 'invalid_request' });
    expect([streamed, problem].map(({ headers }) => headers.vary)).toEqual(['accept-encoding', 'accept-encoding']);
  });

  it.each(['/short', '/shortStream', '/bytes'])('gets %s uncompressed', async (path) => {
    const answer = await inject(path, encoding);
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(Number(answer.headers['content-length'])).toBe(answer.rawPayload.length);
  });
});

describe('a compressible response', () => {
  it.each([undefined, 'identity', 'br;q=0, gzip;q=0', 'x-unknown'])(
    'is sent uncompressed to Accept-Encoding: %s',
    async (encoding) => {
      const answer = await inject('/long/0', encoding);
      expect(answer.headers['content-encoding']).toBeUndefined();
      expect(answer.headers.vary).toBe('accept-encoding');
      expect(answer.body).toBe(LONG);
    },
  );

  it.each([
    ['br, gzip', 'br'],
    ['br;q=0, *', 'gzip'],
    ['GZIP;q=0.5, deflate', 'gzip'],
  ])('to Accept-Encoding: %s is sent with %s', async (accepted, used) => {
    expect((await inject('/long/0', accepted)).headers['content-encoding']).toBe(used);
  });

  it.each([
    ['/long/0', 'gzip'],
    ['/long/0', 'br'],
    ['/long/0', 'gzip;q=1, br;q=0.1'],
    ['/long/0', undefined],
    ['/streamed', 'gzip'],
    ['/short', 'gzip'],
    ['/problem', 'gzip'],
  ])('has the headers of GET %s on HEAD, to Accept-Encoding: %s', async (url, encoding) => {
    const [head, get] = [await inject(url, encoding, 'HEAD'), await inject(url, encoding)];
    expect(head.body).toBe('');
    expect(comparable(head.headers)).toEqual(comparable(get.headers));
  });
});

function comparable(headers: object): object {
  const own = ['date', 'connection', 'transfer-encoding'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !own.includes(name)));
}

describe('over a connection', () => {
  let port: number;
  beforeAll(async () => {
    await app.listen({ port: 0, host: '127.0.0.1' });
    port = Number(new URL(addressOf(app)).port);
  });
  afterAll(() => app.close());

  it('events are not compressed, and are sent at once', async () => {
    const asked = request({ port, path: '/events', headers: { 'accept-encoding': 'br, gzip' } }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const [first] = await once(answer, 'data');
    expect(String(first)).toMatch(/^data: x/);
    expect(answer.headers).not.toHaveProperty('content-encoding');
    endStream();
    await once(answer.resume(), 'end');
  });

  it('a stream waits for a client that does not read, which is disconnected', async () => {
    const socket = connect(port, '127.0.0.1').pause();
    socket.write('GET /endless HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n');
    await endless.closed.promise;
    // The operating system buffers some megabytes of a connection. The whole is 256 MiB or more.
    expect(endless.pulled).toBeLessThan(ENDLESS_CHUNKS / 4);
    socket.destroy();
  });
});
