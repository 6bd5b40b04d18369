import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { FastifyPluginAsync } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildApp } from '../../src/http/app.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../support/access.ts';

const logged: string[] = [];
const logger = pino({ level: 'error' }, { write: (line) => void logged.push(line) });
const reading = Promise.withResolvers<void>();
const answered = Promise.withResolvers<void>();

/** A route that reads its body to the end. */
const room: FastifyPluginAsync = async (room) => {
  room.addContentTypeParser('text/csv', (_request, body, done) => done(null, body));
  room.addHook('onSend', async () => answered.resolve());
  room.post<{ Body: Readable }>('/files', { config: { scope: 'public' } }, async ({ body }) => {
    reading.resolve();
    return text(body);
  });
};

const app = await buildApp({ version: '0.0.0', routes: [room], guard: OPEN_GUARD, limits: HTTP_LIMITS, logger });
let port: number;
beforeAll(async () => {
  port = Number(new URL(await app.listen({ port: 0 })).port);
});
afterAll(() => app.close());

it.each([
  ['invalid HTTP', 'GARBAGE\r\n\r\n', 400],
  ['an unsupported expectation', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: a-miracle\r\n\r\n', 417],
  ['headers that are too long', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
])('responds to %s with a problem', async (_, request, status) => {
  const socket = connect(port);
  socket.write(request);
  const [head, body = ''] = (await text(socket)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*application/problem\\+json`, 's'));
  expect(head).toMatch(/^Cross-Origin-Resource-Policy: same-origin\r$/im);
  expect(JSON.parse(body)).toMatchObject({ status, code: 'invalid_request' });
});

it('does not count a client that disconnects as an internal error', async () => {
  const socket = connect(port);
  socket.write('POST /files HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\n\r\nage');
  await reading.promise;
  socket.resetAndDestroy();
  await answered.promise;
  expect(logged).toEqual([]);
});
