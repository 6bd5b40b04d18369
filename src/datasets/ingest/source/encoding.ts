import { isUtf8 } from 'node:buffer';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import {
  type BytesDecoder,
  badBytesMessage,
  createBytesDecoder,
  guessedCharsetMessage,
  wideEncodingOf,
} from '../../../formats/text/textDecoder.ts';
import type { DatasetWarning } from '../../profile/schemas.ts';
import { Refusal } from '../protocol/messages.ts';

const CHUNK_BYTES = 2 ** 20;

/** A text in UTF-8 without a byte order mark. */
export interface Utf8Text {
  readonly file: string;
  readonly warnings: readonly DatasetWarning[];
}

/**
 * The same text in UTF-8: `file`, or `reencoded`, which is then written. `charset` is that of the
 * request; null: it is detected. Throws Refusal for binary content.
 */
export async function toUtf8(file: string, head: Buffer, charset: string | null, reencoded: string): Promise<Utf8Text> {
  const isValid = wideEncodingOf(head) === null && !isWide(charset) && (await isTextInUtf8(file));
  if (isValid && isUtf8Name(charset ?? 'utf-8') && !hasUtf8Mark(head)) return { file, warnings: [] };
  const decoder = createBytesDecoder(charset);
  await pipeline(
    createReadStream(file, { highWaterMark: CHUNK_BYTES }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) yield decoder.add(chunk);
      yield decoder.end();
    },
    createWriteStream(reencoded),
  );
  return { file: reencoded, warnings: warningsOf(decoder) };
}

function warningsOf(decoder: BytesDecoder): readonly DatasetWarning[] {
  const [badBytes, guessed] = [decoder.badBytes(), decoder.guessed()];
  return [
    ...(badBytes === undefined ? [] : [{ code: 'bad_bytes', message: badBytesMessage(badBytes) } as const]),
    ...(guessed === undefined ? [] : [{ code: 'guessed_charset', message: guessedCharsetMessage(guessed) } as const]),
  ];
}

function isUtf8Name(charset: string): boolean {
  return new TextDecoder(charset).encoding === 'utf-8';
}

function isWide(charset: string | null): boolean {
  return charset !== null && new TextDecoder(charset).encoding.startsWith('utf-16');
}

function hasUtf8Mark(head: Buffer): boolean {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
}

async function isTextInUtf8(file: string): Promise<boolean> {
  let incomplete = Buffer.alloc(0);
  let valid = true;
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    if (chunk.includes(0))
      throw new Refusal('The file is binary, not a table. Send CSV, TSV, NDJSON, JSON or Parquet.');
    if (!valid) continue;
    const text = Buffer.concat([incomplete, chunk]);
    const end = lastCharacterStart(text);
    valid = isUtf8(text.subarray(0, end));
    incomplete = text.subarray(end);
  }
  return valid && isUtf8(incomplete);
}

/** The start of the last character, which a chunk may cut. Bytes 10xxxxxx continue a character. */
function lastCharacterStart(text: Buffer): number {
  let start = text.length - 1;
  while (start > 0 && text.length - start < 4 && ((text[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return Math.max(start, 0);
}
