import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { buildApp } from '../../../src/http/app.ts';
import type { HttpLimits } from '../../../src/http/limits/limits.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../../support/access.ts';

const STREAMED_BYTES = 1000;
const LATE_MS = 150;
/** More than the operating system buffers for a connection. */
export const LARGE_BYTES = 64 * 2 ** 20;

const FILES = { content: { 'text/csv': { schema: z.unknown() }, 'application/json': { schema: z.unknown() } } };

/** A route of each kind: JSON in, a stream in, nothing in. */
const room: FastifyPluginAsyncZod = async (app) => {
  const config = { scope: 'read' } as const;
  const body = z.strictObject({ units: z.int().min(1) }).loose();
  app.post('/things', { config, schema: { body } }, async ({ body }) => ({ units: body.units }));
  app.get('/things', { config, schema: { querystring: z.strictObject({ limit: z.string().optional() }) } }, () => []);
  app.get('/things/:id', { config, schema: { params: z.object({ id: z.string() }) } }, ({ params }) => params);
  app.post('/things/:id/cancel', { config, schema: {} }, async () => 'cancelled');
  app.get('/large', { config, schema: {} }, async () => 'a'.repeat(LARGE_BYTES));
  app.get('/late', { config, schema: {} }, () => delay(LATE_MS, 'at last'));
  await app.register(async (files) => {
    files.removeAllContentTypeParsers();
    files.addContentTypeParser(['application/json', 'text/csv'], (_request, body, done) => done(null, body));
    files.post<{ Body: Readable }>(
      '/files',
      { config: { ...config, maxStreamedBytes: STREAMED_BYTES, unpacks: true }, schema: { body: FILES } },
      async ({ body }) => {
        let bytes = 0;
        for await (const chunk of body as AsyncIterable<Buffer>) bytes += chunk.length;
        return { bytes };
      },
    );
  });
};

/** An app on its own port, with these limits instead of the defaults. */
export async function openApp(limits: Partial<HttpLimits> = {}) {
  const app = await buildApp({
    version: '0',
    routes: [room],
    guard: OPEN_GUARD,
    limits: { ...HTTP_LIMITS, ...limits },
    logger: false,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  // It listens on a port, not on a pipe, which the type does not express.
  const { port } = app.server.address() as AddressInfo;
  return { app, port };
}

/** A request as JSON. */
export function json(payload: string, headers = {}) {
  return {
    method: 'POST' as const,
    url: '/things',
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  };
}
