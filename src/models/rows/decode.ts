import { type BytesDecoder, createBytesDecoder } from '../../formats/text/textDecoder.ts';
import { knownCharset } from '../../kit/contract/contentType.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { limitBytes } from './body.ts';
import { badBytesWarning, guessedCharsetWarning, type Warn } from './textWarnings.ts';

interface DecodeOptions {
  /** Of the Content-Type; undefined: it is detected as for uploads. */
  readonly charset: string | undefined;
  readonly warn: Warn;
}

/**
 * The text of a body. Throws ServiceError `unsupported_encoding` for an unknown charset,
 * `payload_too_large` above `maxBytes`, and `invalid_rows` for binary content, as uploads do.
 */
export async function* decodeText(
  body: AsyncIterable<Uint8Array>,
  { charset, maxBytes, warn }: DecodeOptions & { readonly maxBytes: number },
): AsyncGenerator<string> {
  const decoder = createBytesDecoder(knownCharset(charset));
  for await (const piece of limitBytes(body, maxBytes)) {
    const text = decoder.add(piece);
    if (text) yield checked(text);
  }
  yield checked(decoder.end());
  addWarnings(decoder, warn);
}

/**
 * The text of a body in memory. Throws ServiceError `unsupported_encoding` for an unknown charset,
 * and `invalid_rows` for bytes that are no text.
 */
export function decodeWhole(body: Uint8Array, { charset, warn }: DecodeOptions): string {
  const decoder = createBytesDecoder(knownCharset(charset));
  const text = checked(decoder.add(body) + decoder.end());
  addWarnings(decoder, warn);
  return text;
}

function addWarnings(decoder: BytesDecoder, warn: Warn): void {
  const badBytes = decoder.badBytes();
  if (badBytes) warn(badBytesWarning(badBytes));
  const guessed = decoder.guessed();
  if (guessed) warn(guessedCharsetWarning(guessed));
}

function checked(text: string): string {
  if (!text.includes('\0')) return text;
  throw new ServiceError('invalid_rows', 'The body is binary, not a table. Send CSV, TSV, NDJSON, JSON or Parquet.');
}
