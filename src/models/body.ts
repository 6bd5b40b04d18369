import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ServiceError } from '../kit/errors.ts';

const NOT_GZIP = new Set(['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_STREAM_END']);

/**
 * The bytes of a body, unpacked. Throws ServiceError `unsupported_encoding` for another Content-Encoding than gzip,
 * and while reading `invalid_rows` for broken gzip.
 */
export function unpack(body: Readable, encoding: string | undefined): AsyncIterable<Uint8Array> {
  switch (encoding?.trim().toLowerCase() || 'identity') {
    case 'identity':
      return body;
    case 'gzip':
    case 'x-gzip':
      return gunzip(body);
    default:
      throw new ServiceError('unsupported_encoding', 'Content-Encoding may be gzip, or left out.');
  }
}

async function* gunzip(body: Readable): AsyncGenerator<Uint8Array> {
  // The pipeline's own end is told by reading; this keeps it from being told twice.
  const unpacked = pipeline(body, createGunzip(), () => undefined);
  try {
    yield* unpacked as AsyncIterable<Uint8Array>;
  } catch (error) {
    const broken = error instanceof Error && 'code' in error && NOT_GZIP.has(String(error.code));
    throw broken ? new ServiceError('invalid_rows', 'The body is not gzip, or is cut off.') : error;
  }
}

/** The whole body as JSON. Throws ServiceError `invalid_json`, or `payload_too_large` beyond `maxBytes`. */
export async function readJson(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) {
      const advice = 'send the rows as text/csv or application/x-ndjson, which may have any number';
      throw new ServiceError('payload_too_large', `The JSON is more than ${maxBytes} bytes: ${advice}.`);
    }
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString());
  } catch {
    throw new ServiceError('invalid_json', 'The body is not valid JSON.');
  }
}
