import { isUtf8 } from 'node:buffer';
import { ServiceError } from '../../kit/contract/errors.ts';

/** Byte order marks of UTF-16, little and big endian. */
const MARKS = { 'utf-16le': [0xff, 0xfe], 'utf-16be': [0xfe, 0xff] } as const;
/** The encoding of bytes that are not UTF-8, as for datasets. It includes latin-1. */
const FALLBACK = 'windows-1252';

/** Decodes the chunks of one text in order. A call without bytes ends the text. */
type Decode = (piece?: Uint8Array) => string;

/**
 * The text of a body in the given charset, else that of its byte order mark, else UTF-8. From the
 * first chunk that is not UTF-8 on it is windows-1252. The mark is left out. Throws ServiceError
 * `unsupported_encoding` for an unknown charset, and `payload_too_large` above `maxBytes`.
 */
export async function* decodeText(
  body: AsyncIterable<Uint8Array>,
  charset: string | undefined,
  maxBytes: number,
): AsyncGenerator<string> {
  let decode: Decode | undefined;
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    decode ??= decoderFor(charset ?? markedCharset(piece) ?? 'utf-8');
    const text = decode(piece);
    if (text) yield text;
  }
  if (decode) yield decode();
}

function tooLarge(maxBytes: number): ServiceError {
  const detail = `The rows are larger than ${maxBytes} bytes. Send them in several requests.`;
  return new ServiceError('payload_too_large', detail);
}

function markedCharset(bytes: Uint8Array): string | undefined {
  return Object.entries(MARKS).find(([, mark]) => mark.every((byte, i) => bytes[i] === byte))?.[0];
}

function decoderFor(charset: string): Decode {
  if (/^utf-?8$/i.test(charset)) return utf8Decoder();
  try {
    const decoder = new TextDecoder(charset);
    return (piece) => decoder.decode(piece, { stream: piece !== undefined });
  } catch {
    const detail = `The charset ${JSON.stringify(charset)} is not supported. Send UTF-8.`;
    throw new ServiceError('unsupported_encoding', detail);
  }
}

/** UTF-8 up to the first chunk that is not; from there on the fallback. */
function utf8Decoder(): Decode {
  const utf8 = new TextDecoder();
  const fallback = new TextDecoder(FALLBACK);
  let tail: Uint8Array = new Uint8Array();
  let valid = true;
  return (piece = new Uint8Array()) => {
    const bytes = tail.length === 0 ? piece : Buffer.concat([tail, piece]);
    const whole = piece.length === 0 ? bytes : bytes.subarray(0, bytes.length - incompleteBytes(bytes));
    valid &&= isUtf8(whole);
    if (!valid) {
      tail = new Uint8Array();
      return fallback.decode(bytes);
    }
    tail = bytes.subarray(whole.length);
    return utf8.decode(whole, { stream: true });
  };
}

/** The number of bytes at the end that start an incomplete UTF-8 character. */
function incompleteBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < characterBytes(byte) ? back : 0;
  }
  return 0;
}

function characterBytes(lead: number): number {
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
