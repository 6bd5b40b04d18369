import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptedEncoding, type Encoding } from './encodings.ts';

/** Quality 11 needs 16 times as long to make Swagger UI's script 9 % smaller. */
const BROTLI_QUALITY = 9;
const COMPRESSORS: Readonly<Record<Encoding, (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

interface Loaded {
  readonly bytes: Buffer;
  /** Weak, because it is the same for every encoding. */
  readonly etag: string;
}

/**
 * A handler for content that is constant while the process runs. The content is read at the first
 * request, and compressed once for each encoding, on a thread. A browser with a cached copy gets
 * 304.
 */
export function fixedContent(type: string, read: () => Promise<string | Buffer>) {
  const load = once(async (): Promise<Loaded> => {
    const bytes = Buffer.from(await read());
    return { bytes, etag: `W/"${createHash('sha256').update(bytes).digest('base64url')}"` };
  });
  const compressed = {
    br: once(async () => COMPRESSORS.br((await load()).bytes)),
    gzip: once(async () => COMPRESSORS.gzip((await load()).bytes)),
  };
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { bytes, etag } = await load();
    reply.headers({ etag, 'cache-control': 'no-cache', vary: 'accept-encoding' });
    if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send();
    const encoding = acceptedEncoding(request.headers['accept-encoding']);
    if (encoding === undefined) return reply.type(type).send(bytes);
    const body = await compressed[encoding]();
    return reply.type(type).header('content-encoding', encoding).send(body);
  };
}

/** Calls `make` once, and again after a failure. */
function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

function isKnown(header: string | undefined, etag: string): boolean {
  return header?.split(',').some((known) => ['*', etag].includes(known.trim())) ?? false;
}
