import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { isComment } from '../../../formats/text/comments.ts';
import { type CountedLines, createCommentCounter } from '../../../formats/text/countedLines.ts';
import type { Dialect } from '../../../formats/text/dialect.ts';
import { createRecordReader, RecordError, type TextRecord } from '../../../formats/text/records.ts';

const CHUNK_BYTES = 2 ** 20;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const HASH = '#'.charCodeAt(0);
const BLANK = ' '.charCodeAt(0);

/**
 * Copies a text without the comments below its header. Their lines become empty, so that other
 * lines have the same numbers. Undefined, without a copy, when the text has no comment.
 * Synchronous, for the process that reads one upload and does nothing else.
 */
export function blankComments(from: string, to: string, dialect: Dialect, lineBytes: number): CountedLines | undefined {
  const comments = findComments(from, dialect, lineBytes);
  if (comments.lines.size > 0) copyWithout(comments.lines, from, to);
  return comments.found;
}

function findComments(file: string, dialect: Dialect, lineBytes: number) {
  const lines = new Set<number>();
  const counter = createCommentCounter(dialect);
  const reader = createRecordReader(dialect, lineBytes);
  const decoder = new StringDecoder();
  const add = (records: readonly TextRecord[]) => {
    counter.add(records);
    for (const record of records) if (record.line > dialect.skip && isComment(record, dialect)) lines.add(record.line);
  };
  try {
    if (!hasHashLine(file)) return { lines, found: undefined };
    for (const chunk of chunksOf(file)) add(reader.add(decoder.write(chunk)));
    add(reader.end());
  } catch (error) {
    // DuckDB reports the line with such an error.
    if (!(error instanceof RecordError)) throw error;
  }
  return { lines, found: counter.found() };
}

/** Whether a line may begin with #. Most texts need no splitting to find out. */
function hasHashLine(file: string): boolean {
  for (const chunk of chunksOf(file)) {
    for (let at = chunk.indexOf(HASH); at !== -1; at = chunk.indexOf(HASH, at + 1)) {
      let before = at - 1;
      while (chunk[before] === BLANK) before -= 1;
      if (before < 0 || chunk[before] === LINE_FEED || chunk[before] === CARRIAGE_RETURN) return true;
    }
  }
  return false;
}

/** Lines end at LF, CRLF or CR. */
function copyWithout(lines: ReadonlySet<number>, from: string, to: string): void {
  const target = openSync(to, 'w');
  let line = 1;
  let isAfterReturn = false;
  try {
    for (const chunk of chunksOf(from)) {
      let length = 0;
      for (const byte of chunk) {
        const isSecondOfCrlf = isAfterReturn && byte === LINE_FEED;
        isAfterReturn = byte === CARRIAGE_RETURN;
        const isEnd = isAfterReturn || byte === LINE_FEED;
        if (isEnd || !lines.has(line)) chunk[length++] = byte;
        if (isEnd && !isSecondOfCrlf) line += 1;
      }
      for (let written = 0; written < length; ) written += writeSync(target, chunk, written, length - written);
    }
  } finally {
    closeSync(target);
  }
}

/** The chunks share one buffer. */
function* chunksOf(file: string): Generator<Buffer> {
  const source = openSync(file, 'r');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  try {
    for (let bytes = readSync(source, chunk); bytes > 0; bytes = readSync(source, chunk))
      yield chunk.subarray(0, bytes);
  } finally {
    closeSync(source);
  }
}
