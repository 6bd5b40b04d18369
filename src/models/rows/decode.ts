import { createBytesDecoder } from '../../formats/text/textDecoder.ts';
import { knownCharset } from '../../kit/contract/contentType.ts';
import { limitBytes } from './body.ts';
import { badBytesWarning, type Warn } from './textWarnings.ts';

interface DecodeOptions {
  /** Of the Content-Type; undefined: it is detected as for uploads. */
  readonly charset: string | undefined;
  readonly maxBytes: number;
  readonly warn: Warn;
}

/**
 * The text of a body. Throws ServiceError `unsupported_encoding` for an unknown charset, and
 * `payload_too_large` above `maxBytes`.
 */
export async function* decodeText(
  body: AsyncIterable<Uint8Array>,
  { charset, maxBytes, warn }: DecodeOptions,
): AsyncGenerator<string> {
  const decoder = createBytesDecoder(knownCharset(charset));
  for await (const piece of limitBytes(body, maxBytes)) {
    const text = decoder.add(piece);
    if (text) yield text;
  }
  yield decoder.end();
  const badBytes = decoder.badBytes();
  if (badBytes) warn(badBytesWarning(badBytes));
}
