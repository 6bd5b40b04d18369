import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, type Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ServiceError } from '../../kit/contract/errors.ts';
import { createDecompressionLimit } from '../../kit/limits/decompressionLimit.ts';
import type { UploadLimit } from './uploadLimit.ts';

export interface Received {
  /** Of the decompressed body. */
  readonly bytes: number;
  /** Of the decompressed body, in hexadecimal. */
  readonly sha256: string;
}

/** A file can be compressed, and its transfer too. */
const GZIP_LAYERS = 2;

/**
 * Streams a body to `file`, decompressed when it is gzip, with a few chunks in memory at most.
 * Throws the limit's error when the compressed or decompressed body exceeds it, ServiceError
 * `payload_too_large` when decompression multiplies its size by more than `maxExpansion`, and
 * `invalid_file` for damaged gzip or an empty body.
 */
export function receive(body: Readable, file: string, limit: UploadLimit, maxExpansion: number): Promise<Received> {
  return pipeBody(body, () => createWriteStream(file, { flags: 'wx' }), limit, maxExpansion);
}

/** Returns what `receive` would return, without storing the body. Throws as `receive` does. */
export function hashOnly(body: Readable, limit: UploadLimit, maxExpansion: number): Promise<Received> {
  return pipeBody(body, () => new Writable({ write: (_chunk, _encoding, done) => done() }), limit, maxExpansion);
}

async function pipeBody(
  body: Readable,
  openTarget: () => Writable,
  limit: UploadLimit,
  maxExpansion: number,
): Promise<Received> {
  const hash = createHash('sha256');
  const packed = createMeter(limit);
  const unpacked = createMeter(limit);
  const expansion = createDecompressionLimit(maxExpansion);
  const content = await unpack(expansion.packed(packed.pass(chunksOf(body))), GZIP_LAYERS);
  await pipeline(
    content,
    unpacked.pass,
    (chunks: AsyncIterable<Buffer>) => expansion.unpacked(chunks),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    // Opened after the body has begun: otherwise a body that breaks off early would leave it open,
    // without an error listener.
    openTarget(),
  );
  if (unpacked.bytes() === 0) throw new ServiceError('invalid_file', 'The body is empty: send the file as the body.');
  return { bytes: unpacked.bytes(), sha256: hash.digest('hex') };
}

/**
 * The chunks of the body. The connection stays open after an error, so that the client gets a
 * response.
 */
async function* chunksOf(body: Readable): AsyncGenerator<Buffer> {
  yield* body.iterator({ destroyOnReturn: false });
}

function createMeter(limit: UploadLimit) {
  let bytes = 0;
  return {
    bytes: () => bytes,
    async *pass(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > limit.bytes) throw limit.error;
        yield chunk;
      }
    },
  };
}

/** Detects gzip by its first two bytes. The headers can be wrong. */
async function unpack(chunks: AsyncGenerator<Buffer>, layers: number): Promise<AsyncGenerator<Buffer>> {
  const { head, all } = await peek(chunks, 2);
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  return isGzip && layers > 0 ? unpack(gunzip(all), layers - 1) : all;
}

async function peek(chunks: AsyncGenerator<Buffer>, bytes: number) {
  const first: Buffer[] = [];
  let length = 0;
  while (length < bytes) {
    const { value, done } = await chunks.next();
    if (done) break;
    first.push(value);
    length += value.length;
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield* first;
    yield* chunks;
  }
  return { head: Buffer.concat(first), all: all() };
}

async function* gunzip(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const unzip: Transform = createGunzip();
  const fedAll = pipeline(Readable.from(chunks), unzip);
  fedAll.catch(() => {});
  try {
    yield* unzip;
    await fedAll;
  } catch (error) {
    throw isZlibError(error) ? brokenGzip() : error;
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^Z_/.test(String(error.code));
}

function brokenGzip(): ServiceError {
  return new ServiceError(
    'invalid_file',
    'The gzip content is damaged or truncated: compress the file again, or send it uncompressed.',
  );
}
