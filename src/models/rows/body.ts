import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ServiceError } from '../../kit/contract/errors.ts';
import { type JsonLimits, jsonLimitError } from '../../kit/contract/json.ts';
import { parseJson as parseText } from '../../kit/contract/jsonSyntax.ts';
import { createDecompressionLimit, type DecompressionLimit } from '../../kit/limits/decompressionLimit.ts';

/** A body of rows as text: JSON, NDJSON or delimited. */
export interface TextBody {
  readonly stream: Readable;
  readonly contentEncoding: string | undefined;
  readonly charset: string | undefined;
}

/** A file can be packed, and its transfer too. */
const FILE_LAYERS = 2;
const NOT_GZIP = new Set(['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_STREAM_END']);
const CLIENT_GONE = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

/**
 * The decompressed bytes of a body. Throws ServiceError `unsupported_encoding` for any
 * Content-Encoding but gzip. Reading throws `invalid_rows` for broken gzip, `payload_too_large`
 * above the decompression limit, and `invalid_request` if the client disconnects.
 */
export function unpack(body: Readable, encoding: string | undefined, maxExpansion: number): AsyncIterable<Uint8Array> {
  return unpackFile(decoded(body, encoding, maxExpansion), maxExpansion, FILE_LAYERS);
}

function decoded(body: Readable, encoding: string | undefined, maxExpansion: number): AsyncIterable<Uint8Array> {
  switch (encoding?.trim().toLowerCase() || 'identity') {
    case 'identity':
      return bytesOf(chunksOf(body));
    case 'gzip':
    case 'x-gzip':
      return gunzip(chunksOf(body), createDecompressionLimit(maxExpansion));
    default:
      throw unsupportedEncoding(encoding);
  }
}

function unsupportedEncoding(encoding: string | undefined): ServiceError {
  const detail = `Content-Encoding ${JSON.stringify(encoding)} is not supported. Send gzip, or no Content-Encoding.`;
  return new ServiceError('unsupported_encoding', detail);
}

/** Unpacks a file that is gzip, by its first bytes, as for uploads. */
async function* unpackFile(
  chunks: AsyncIterable<Uint8Array>,
  maxExpansion: number,
  layers: number,
): AsyncGenerator<Uint8Array> {
  const { head, all } = await peek(chunks, 2);
  const isGzip = head[0] === 0x1f && head[1] === 0x8b && layers > 0;
  if (!isGzip) yield* all;
  else yield* unpackFile(gunzip(all, createDecompressionLimit(maxExpansion)), maxExpansion, layers - 1);
}

/** The first bytes, at least as many as given unless there are fewer, and all of them again. */
export async function peek(
  chunks: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<{ readonly head: Buffer; readonly all: AsyncGenerator<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < bytes) {
    const { value, done } = await iterator.next();
    if (done) break;
    first.push(value);
    length += value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* first;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(first), all: all() };
}

function gunzip(
  packedBytes: AsyncIterable<Uint8Array>,
  { packed, unpacked }: DecompressionLimit,
): AsyncIterable<Uint8Array> {
  // The reader of the last stream gets the errors of all. Without the callback they would also be
  // thrown globally.
  return unpacked(bytesOf(pipeline(packed(packedBytes), createGunzip(), () => undefined)));
}

/** If the reader stops early, the connection stays open, so that the client can read the error. */
function chunksOf(body: Readable): AsyncIterable<Uint8Array> {
  return body.iterator({ destroyOnReturn: false });
}

async function* bytesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (NOT_GZIP.has(code)) throw new ServiceError('invalid_rows', 'The body is not valid gzip, or is truncated.');
    throw CLIENT_GONE.has(code) ? new ServiceError('invalid_request', 'The body is truncated.') : error;
  }
}

/** Limits of a JSON body, which is parsed in memory. */
export interface JsonBodyLimits extends JsonLimits {
  readonly bytes: number;
}

/** The whole body. Throws ServiceError `payload_too_large` above the limit. */
export async function readWhole(
  body: AsyncIterable<Uint8Array>,
  limits: Pick<JsonBodyLimits, 'bytes'>,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > limits.bytes) {
      const advice = 'Send the rows as text/csv or application/x-ndjson, which have no such limit.';
      throw new ServiceError('payload_too_large', `The JSON is larger than ${limits.bytes} bytes. ${advice}`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Throws ServiceError `invalid_json`, and `payload_too_large` above a limit. */
export function parseJson(text: string, limits: JsonLimits): unknown {
  const tooMuch = jsonLimitError(text, limits, 'send the rows in several requests, or as text/csv');
  if (tooMuch) throw tooMuch;
  return parseText(text, 'The body');
}

/** Passes bytes on. Throws ServiceError `payload_too_large` above `maxBytes`. */
export async function* limitBytes(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield piece;
  }
}

function tooLarge(maxBytes: number): ServiceError {
  const detail = `The rows are larger than ${maxBytes} bytes. Send them in several requests.`;
  return new ServiceError('payload_too_large', detail);
}
