import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ServiceError } from '../../kit/contract/errors.ts';
import { type JsonLimits, jsonLimitError } from '../../kit/contract/json.ts';
import { parseJson as parseText } from '../../kit/contract/jsonSyntax.ts';
import { createDecompressionLimit, type DecompressionLimit } from '../../kit/decompressionLimit.ts';

const NOT_GZIP = new Set(['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_STREAM_END']);
const CLIENT_GONE = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

/**
 * The bytes of a body, unpacked. Throws ServiceError `unsupported_encoding` for another Content-Encoding than gzip,
 * and while reading `invalid_rows` for broken gzip, `payload_too_large` for what grows too much, and `invalid_request` when the client breaks off.
 */
export function unpack(body: Readable, encoding: string | undefined, maxExpansion: number): AsyncIterable<Uint8Array> {
  switch (encoding?.trim().toLowerCase() || 'identity') {
    case 'identity':
      return bytesOf(chunksOf(body));
    case 'gzip':
    case 'x-gzip':
      return gunzip(body, createDecompressionLimit(maxExpansion));
    default:
      throw new ServiceError('unsupported_encoding', 'Content-Encoding may be gzip, or left out.');
  }
}

function gunzip(body: Readable, { packed, unpacked }: DecompressionLimit): AsyncIterable<Uint8Array> {
  // Errors of any of the streams reach the one who reads the last; the callback keeps them from being thrown as well.
  return unpacked(bytesOf(pipeline(packed(chunksOf(body)), createGunzip(), () => undefined)));
}

/** A reader that stops early leaves the connection open, so that the client can read why. */
function chunksOf(body: Readable): AsyncIterable<Uint8Array> {
  return body.iterator({ destroyOnReturn: false });
}

async function* bytesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (NOT_GZIP.has(code)) throw new ServiceError('invalid_rows', 'The body is not gzip, or is cut off.');
    throw CLIENT_GONE.has(code) ? new ServiceError('invalid_request', 'The body was cut off.') : error;
  }
}

/** How much JSON is held in memory. */
export interface JsonBodyLimits extends JsonLimits {
  readonly bytes: number;
}

/** The whole body. Throws ServiceError `payload_too_large` beyond the limit. */
export async function readWhole(
  body: AsyncIterable<Uint8Array>,
  limits: Pick<JsonBodyLimits, 'bytes'>,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > limits.bytes) {
      const advice = 'send the rows as text/csv or application/x-ndjson, which may have any number';
      throw new ServiceError('payload_too_large', `The JSON is more than ${limits.bytes} bytes: ${advice}.`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Throws ServiceError `invalid_json`, or `payload_too_large` beyond a limit. */
export function parseJson(body: Buffer, limits: JsonLimits): unknown {
  const text = body.toString();
  const tooMuch = jsonLimitError(text, limits, 'send the rows in several requests, or as text/csv');
  if (tooMuch) throw tooMuch;
  return parseText(text, 'The body');
}
