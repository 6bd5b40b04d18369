import { isUtf8 } from 'node:buffer';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Refusal } from '../protocol/messages.ts';

const CHUNK_BYTES = 2 ** 20;

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/**
 * The path of the same text in UTF-8 without a byte order mark: `file`, or `reencoded`, which is
 * then written. Text that is neither UTF-16 nor valid UTF-8 is read as windows-1252, a superset of
 * latin-1. Throws Refusal for binary content.
 */
export async function toUtf8(file: string, head: Buffer, reencoded: string): Promise<string> {
  const wide = wideEncoding(head);
  const encoding = wide ?? (await narrowEncoding(file));
  if (encoding === 'utf-8' && !hasUtf8Mark(head)) return file;
  const decoder = new TextDecoder(encoding);
  await pipeline(
    createReadStream(file, { highWaterMark: CHUNK_BYTES }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
      yield decoder.decode();
    },
    createWriteStream(reencoded),
  );
  return reencoded;
}

function hasUtf8Mark(head: Buffer): boolean {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
}

/** UTF-16 by its byte order mark, or by its zeros: every second byte of ASCII text. */
function wideEncoding(head: Buffer): Encoding | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  for (const [index, byte] of head.entries()) if (byte === 0) zeros[index % 2] += 1;
  const [even = 0, odd = 0] = zeros;
  const many = head.length / 4;
  if (odd > many && even === 0) return 'utf-16le';
  if (even > many && odd === 0) return 'utf-16be';
  return null;
}

async function narrowEncoding(file: string): Promise<Encoding> {
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
  return valid && isUtf8(incomplete) ? 'utf-8' : 'windows-1252';
}

/** The start of the last character, which a chunk may cut. Bytes 10xxxxxx continue a character. */
function lastCharacterStart(text: Buffer): number {
  let start = text.length - 1;
  while (start > 0 && text.length - start < 4 && ((text[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return Math.max(start, 0);
}
