import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { hasUnreadBody } from '../limits/hasBody.ts';
import { EVENT_STREAM } from '../streams/eventStream.ts';
import { ENCODINGS } from './encodings.ts';

/** A shorter response fits into one packet anyway. */
const THRESHOLD_BYTES = 1024;
/**
 * A JSON response of 290 kB compresses to 34 kB with brotli in 0.5 ms, or to 42 kB with gzip in 1.1
 * ms.
 */
const FAST = {
  brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MIN_QUALITY + 1 } },
  zlibOptions: { level: constants.Z_BEST_SPEED },
};
const COMPRESSIBLE = /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|x-ndjson|yaml|javascript)\b)/;

/**
 * Compresses text responses for clients that accept it, except event streams. Register it before
 * routes.
 */
export async function registerCompression(app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', exceptEventStreams);
  app.addHook('onSend', async (_request, reply) => varyByEncoding(reply));
  app.addHook('onSend', async (_request, reply, payload) => shortAsBytes(reply, payload));
  app.addHook('onSend', async (request) => exceptRefusedBodies(request));
  await app.register(compress, {
    ...FAST,
    threshold: THRESHOLD_BYTES,
    encodings: [...ENCODINGS],
    customTypes: isCompressible,
    // Routes that read compressed bodies decompress them within their own limits.
    globalDecompression: false,
  });
  app.addHook('onRoute', compressBeforeHead);
}

function isCompressible(type: unknown): boolean {
  return typeof type === 'string' && COMPRESSIBLE.test(type);
}

/** The plugin would compress them: its database of media types lists them as compressible. */
function exceptEventStreams(route: RouteOptions): void {
  const response = route.schema?.response as { readonly 200?: { readonly content?: object } } | undefined;
  if (Object.hasOwn(response?.[200]?.content ?? {}, EVENT_STREAM)) route.compress = false;
}

/** A compressible response also varies if it is not compressed (RFC 9110, 12.5.5). */
function varyByEncoding(reply: FastifyReply): void {
  if (!isCompressible(reply.getHeader('content-type'))) return;
  const fields = [reply.getHeader('vary') ?? []].flat().join(', ');
  if (!/accept-encoding/i.test(fields)) reply.header('vary', fields ? `${fields}, accept-encoding` : 'accept-encoding');
}

/**
 * A response before its body is read needs a Content-Length: it ends only after the rest of the
 * body has been discarded. The plugin sends long responses in chunks.
 */
function exceptRefusedBodies({ raw, headers }: FastifyRequest): void {
  // The plugin's own header to disable it.
  if (hasUnreadBody(raw)) headers['x-no-compression'] = 'unread body';
}

/** The plugin's threshold does not apply to streams, so a short one is read first. */
async function shortAsBytes(reply: FastifyReply, payload: unknown): Promise<unknown> {
  const isShort = payload instanceof Readable && Number(reply.getHeader('content-length')) < THRESHOLD_BYTES;
  return isShort ? buffer(payload) : payload;
}

/** HEAD has the headers of GET: its response is compressed before Fastify removes the content. */
function compressBeforeHead(route: RouteOptions): void {
  if (route.compress === false || ![route.method].flat().includes('HEAD')) return;
  const hooks = [route.onSend ?? []].flat();
  // The plugin has added its hook as the last one.
  route.onSend = [...hooks.slice(-1), ...hooks.slice(0, -1)];
}
