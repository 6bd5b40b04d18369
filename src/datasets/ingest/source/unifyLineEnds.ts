import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { Splitting } from '../../../formats/text/records.ts';

const CHUNK_BYTES = 2 ** 20;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;

/**
 * Copies a text and ends every line with LF. Line ends inside quotes are unchanged. Synchronous,
 * for the process that reads one upload and does nothing else.
 */
export function unifyLineEnds(from: string, to: string, splitting: Splitting): void {
  const [source, target] = [openSync(from, 'r'), openSync(to, 'w')];
  const unify = createUnifier(splitting);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  try {
    for (let bytes = readSync(source, chunk); bytes > 0; bytes = readSync(source, chunk)) {
      writeFully(target, unify(chunk.subarray(0, bytes)));
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

function createUnifier(splitting: Splitting): (chunk: Buffer) => Buffer {
  const isInQuotes = createQuoteTracker(splitting);
  let isAfterReturn = false;
  return (chunk) => {
    const unified = Buffer.alloc(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      const isQuoted = isInQuotes(byte);
      const isSecondOfCrlf = isAfterReturn && byte === LINE_FEED;
      isAfterReturn = byte === CARRIAGE_RETURN && !isQuoted;
      if (isSecondOfCrlf) continue;
      unified[length] = isAfterReturn ? LINE_FEED : byte;
      length += 1;
    }
    return unified.subarray(0, length);
  };
}

/** Whether the text is inside quotes after each byte. A quote opens at the start of a cell only. */
function createQuoteTracker({ delimiter, quote }: Splitting): (byte: number) => boolean {
  const opening = quote.charCodeAt(0);
  const separator = Buffer.from(delimiter).at(-1);
  let isQuoted = false;
  let isAtStart = true;
  return (byte) => {
    // The second of two quotes inside a cell opens it again.
    if (byte === opening) [isQuoted, isAtStart] = [!isQuoted && isAtStart, isQuoted];
    else if (!isQuoted)
      isAtStart = byte === separator || byte === LINE_FEED || byte === CARRIAGE_RETURN || (isAtStart && byte === SPACE);
    return isQuoted;
  };
}

function writeFully(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
