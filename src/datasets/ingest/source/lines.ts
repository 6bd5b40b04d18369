import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import type { TextStart } from '../../../formats/text/dialect.ts';
import type { TextPosition } from '../../../kit/contract/jsonSyntax.ts';
import { tooLarge } from '../protocol/messages.ts';

const CHUNK_BYTES = 2 ** 20;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
/** The start of a file that shows its dialect. */
const START_BYTES = 2 ** 18;
/** Lines that the start has at least: it is longer when lines are long. */
const MIN_START_LINES = 4;

/**
 * Whether a text has any line end. Throws Refusal with the number of a line longer than `maxBytes`.
 * Lines end at LF, CRLF or CR, also inside quotes: a row on several lines is limited when it is
 * read.
 */
export async function checkLines(file: string, maxBytes: number): Promise<boolean> {
  let hasEnds = false;
  let length = 0;
  let offset = 0;
  for await (const chunk of chunksOf(file, maxBytes)) {
    const first = firstEnd(chunk);
    length += first === -1 ? chunk.length : first;
    if (length > maxBytes) throw await tooLong(file, offset, maxBytes);
    if (first !== -1) length = chunk.length - 1 - lastEnd(chunk);
    hasEnds ||= first !== -1;
    offset += chunk.length;
  }
  return hasEnds;
}

/** A chunk is at most as long as a line may be: only a line longer than a chunk can be too long. */
function chunksOf(file: string, maxBytes: number): AsyncIterable<Buffer> {
  return createReadStream(file, { highWaterMark: Math.min(CHUNK_BYTES, maxBytes) });
}

/** The position of a byte of a text in UTF-8, in characters. Lines end at LF, CRLF or CR. */
export async function positionAt(file: string, offset: number): Promise<TextPosition> {
  let line = 1;
  let column = 1;
  let last = 0;
  if (offset === 0) return { line, column };
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES, end: offset - 1 })) {
    for (const byte of chunk as Buffer) {
      const isEnd = byte === LINE_FEED || byte === CARRIAGE_RETURN;
      if (isEnd && !(last === CARRIAGE_RETURN && byte === LINE_FEED)) line += 1;
      if (isEnd) column = 1;
      else if (!isContinuation(byte)) column += 1;
      last = byte;
    }
  }
  return { line, column };
}

/** Bytes 10xxxxxx continue a character. */
function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

async function tooLong(file: string, offset: number, maxBytes: number) {
  const { line } = await positionAt(file, offset);
  return tooLarge(`Line ${line} is ${LONGER} ${maxBytes} bytes. ${REMEDY}`);
}

const LONGER = 'longer than the limit of';
const REMEDY = 'Shorten its cells, or close a quote that is left open.';

/**
 * The refusal of a row on several lines. Its line is not known during the detection of the dialect.
 */
export function rowTooLong(line: string | null, maxBytes: number) {
  const row = line === null ? 'A row' : `The row at line ${line}`;
  return tooLarge(`${row} is ${LONGER} ${maxBytes} bytes. ${REMEDY}`);
}

function firstEnd(text: Buffer): number {
  const feed = text.indexOf(LINE_FEED);
  const before = feed === -1 ? text : text.subarray(0, feed);
  const carriageReturn = before.indexOf(CARRIAGE_RETURN);
  return carriageReturn === -1 ? feed : carriageReturn;
}

function lastEnd(text: Buffer): number {
  const feed = text.lastIndexOf(LINE_FEED);
  const carriageReturn = text.subarray(feed + 1).lastIndexOf(CARRIAGE_RETURN);
  return carriageReturn === -1 ? feed : feed + 1 + carriageReturn;
}

function countEnds(text: Buffer): number {
  return count(text, LINE_FEED) || count(text, CARRIAGE_RETURN);
}

function count(text: Buffer, byte: number): number {
  let found = 0;
  for (let at = text.indexOf(byte); at !== -1; at = text.indexOf(byte, at + 1)) found += 1;
  return found;
}

/** The start of a text in UTF-8, with its first lines. */
export async function startOf(file: string): Promise<TextStart> {
  const { size } = await stat(file);
  await using handle = await open(file);
  for (let length = START_BYTES; length < size; length *= 2) {
    const { buffer } = await handle.read({ buffer: Buffer.alloc(length), position: 0 });
    if (countEnds(buffer) >= MIN_START_LINES) return { text: buffer.toString(), isWhole: false };
  }
  return { text: await readFile(file, 'utf8'), isWhole: true };
}
