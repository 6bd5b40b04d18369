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

const NOT_GZIP = new Set(['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_STREAM_END']);
const CLIENT_GONE = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

/**
 * The decompressed bytes of a body. Throws ServiceError `unsupported_encoding` for any
 * Content-Encoding but gzip. Reading throws `invalid_rows` for broken gzip, `payload_too_large`
 * above the decompression limit, and `invalid_request` if the client disconnects.
 */
export function unpack(body: Readable, encoding: string | undefined, maxExpansion: number): AsyncIterable<Uint8Array> {
  switch (encoding?.trim().toLowerCase() || 'identity') {
    case 'identity':
      return bytesOf(chunksOf(body));
    case 'gzip':
    case 'x-gzip':
      return gunzip(body, createDecompressionLimit(maxExpansion));
    default:
      throw unsupportedEncoding(encoding);
  }
}

function unsupportedEncoding(encoding: string | undefined): ServiceError {
  const detail = `Content-Encoding ${JSON.stringify(encoding)} is not supported. Send gzip, or no Content-Encoding.`;
  return new ServiceError('unsupported_encoding', detail);
}

function gunzip(body: Readable, { packed, unpacked }: DecompressionLimit): AsyncIterable<Uint8Array> {
  // The reader of the last stream gets the errors of all. Without the callback they would also be
  // thrown globally.
  return unpacked(bytesOf(pipeline(packed(chunksOf(body)), createGunzip(), () => undefined)));
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
export function parseJson(body: Buffer, limits: JsonLimits): unknown {
  const text = body.toString();
  const tooMuch = jsonLimitError(text, limits, 'send the rows in several requests, or as text/csv');
  if (tooMuch) throw tooMuch;
  return parseText(text, 'The body');
}
