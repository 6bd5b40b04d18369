import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const CHUNK_BYTES = 2 ** 20;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Copies a text and ends every line with LF. Line ends inside quotes are unchanged. Synchronous,
 * for the process that reads one upload and does nothing else.
 */
export function unifyLineEnds(from: string, to: string, quote: string): void {
  const [source, target] = [openSync(from, 'r'), openSync(to, 'w')];
  const unify = createUnifier(quote.charCodeAt(0));
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

function createUnifier(quote: number): (chunk: Buffer) => Buffer {
  let isQuoted = false;
  let isAfterReturn = false;
  return (chunk) => {
    const unified = Buffer.alloc(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      if (byte === quote) isQuoted = !isQuoted;
      const isSecondOfCrlf = isAfterReturn && byte === LINE_FEED;
      isAfterReturn = byte === CARRIAGE_RETURN && !isQuoted;
      if (isSecondOfCrlf) continue;
      unified[length] = isAfterReturn ? LINE_FEED : byte;
      length += 1;
    }
    return unified.subarray(0, length);
  };
}

function writeFully(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
