import { type BytesDecoder, createBytesDecoder } from '../../formats/text/textDecoder.ts';
import { knownCharset } from '../../kit/contract/contentType.ts';
import { limitBytes } from './body.ts';
import { badBytesWarning, type Warn } from './textWarnings.ts';

interface DecodeOptions {
  /** Of the Content-Type; undefined: it is detected as for uploads. */
  readonly charset: string | undefined;
  readonly warn: Warn;
}

/**
 * The text of a body. Throws ServiceError `unsupported_encoding` for an unknown charset, and
 * `payload_too_large` above `maxBytes`.
 */
export async function* decodeText(
  body: AsyncIterable<Uint8Array>,
  { charset, maxBytes, warn }: DecodeOptions & { readonly maxBytes: number },
): AsyncGenerator<string> {
  const decoder = createBytesDecoder(knownCharset(charset));
  for await (const piece of limitBytes(body, maxBytes)) {
    const text = decoder.add(piece);
    if (text) yield text;
  }
  yield decoder.end();
  warnOfBadBytes(decoder, warn);
}

/** The text of a body in memory. Throws ServiceError `unsupported_encoding` for an unknown charset. */
export function decodeWhole(body: Uint8Array, { charset, warn }: DecodeOptions): string {
  const decoder = createBytesDecoder(knownCharset(charset));
  const text = decoder.add(body) + decoder.end();
  warnOfBadBytes(decoder, warn);
  return text;
}

function warnOfBadBytes(decoder: BytesDecoder, warn: Warn): void {
  const badBytes = decoder.badBytes();
  if (badBytes) warn(badBytesWarning(badBytes));
}
