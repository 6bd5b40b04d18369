import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { ServiceError } from '../../../kit/contract/errors.ts';
import { parseJson } from '../../../kit/contract/jsonSyntax.ts';
import { Refusal, tooLarge } from '../protocol/messages.ts';
import { quoteCells, quotedBytes } from './jsonCells.ts';
import { createRowFinder, type JsonFormat } from './jsonRowFinder.ts';
import { positionAt } from './lines.ts';

const CHUNK_BYTES = 2 ** 20;
const LINE_FEED = 10;

/** JSON in UTF-8 whose rows are to be copied. */
export interface JsonFile {
  readonly file: string;
  readonly format: JsonFormat;
  /** The limit of a row. */
  readonly lineBytes: number;
}

/**
 * Copies the rows of a file to `target`, one object a line, with cells as `quoteCells` writes them.
 * Returns the bytes of the longest line. Throws Refusal with the position of the first row that is
 * not a JSON object, by the rules of `JSON.parse`, which reads rows to predict.
 */
export async function copyRows(source: JsonFile, target: string): Promise<number> {
  const finder = createRowFinder(source.format);
  const writer = createRowWriter(target);
  let bytes = Buffer.alloc(0);
  let offset = 0;
  const copy = async (start: number, end: number) => {
    const row = bytes.subarray(start, end);
    if (row.length > source.lineBytes) throw await rowTooLarge(source, offset + start);
    if (isRow(row)) writer.write(row);
    else await checkBlank(source, row, offset + start);
  };
  try {
    for await (const chunk of createReadStream(source.file, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
      bytes = Buffer.concat([bytes, chunk]);
      const { rows, next, isBroken } = finder.find(bytes);
      for (const [start, end] of rows) await copy(start, end);
      bytes = bytes.subarray(next);
      offset += next;
      if (isBroken) throw await notRows(source, offset);
      if (bytes.length > source.lineBytes) throw await rowTooLarge(source, offset);
    }
    await copy(0, bytes.length);
    if (!finder.isComplete()) throw await notRows(source, offset + bytes.length);
    return writer.finish();
  } finally {
    writer.close();
  }
}

interface RowWriter {
  readonly write: (row: Buffer) => void;
  /** Returns the bytes of the longest line. */
  readonly finish: () => number;
  readonly close: () => void;
}

/** Synchronous, for the process that reads one upload and does nothing else. */
function createRowWriter(file: string): RowWriter {
  const target = openSync(file, 'w');
  let buffer = Buffer.alloc(CHUNK_BYTES);
  let length = 0;
  let longest = 0;

  function flush(): void {
    for (let written = 0; written < length; ) written += writeSync(target, buffer, written, length - written);
    length = 0;
  }

  return {
    write(row) {
      const needed = quotedBytes(row.length) + 1;
      if (length + needed > buffer.length) flush();
      if (needed > buffer.length) buffer = Buffer.alloc(needed);
      const bytes = quoteCells(row, buffer.subarray(length));
      buffer[length + bytes] = LINE_FEED;
      length += bytes + 1;
      longest = Math.max(longest, bytes + 1);
    },
    finish() {
      flush();
      return longest;
    },
    close: () => closeSync(target),
  };
}

/** Whether it is an object that DuckDB reads too. Latin-1 is faster and has the same syntax. */
function isRow(row: Buffer): boolean {
  const text = row.toString('latin1');
  try {
    return isObject(JSON.parse(text)) && !hasLoneSurrogate(text);
  } catch {
    return false;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const SURROGATE = /\\u[dD][89a-fA-F]/;
const PAIRS = /\\\\|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}/g;

/** Whether an escape is half of a character. DuckDB refuses it. */
function hasLoneSurrogate(text: string): boolean {
  return SURROGATE.test(text) && SURROGATE.test(text.replaceAll(PAIRS, ''));
}

/** Throws the refusal of a text that is no row, unless it is a blank line. */
async function checkBlank(source: JsonFile, row: Buffer, offset: number): Promise<void> {
  const text = row.toString();
  if (text.trim() === '') return;
  const position = await positionAt(source.file, offset);
  try {
    if (!isObject(parseJson(text, 'The file', position))) throw await notRows(source, offset);
  } catch (error) {
    throw error instanceof ServiceError ? new Refusal(error.message) : error;
  }
  throw new Refusal(
    `Line ${position.line} has an escape of half a character, such as \\ud83d. Send both halves, or the character.`,
  );
}

const EXPECTED = {
  json: ['a JSON array of objects', '[{"column": value, …}, …]'],
  ndjson: ['NDJSON', 'one JSON object a line, each {"column": value, …}'],
} as const satisfies Record<JsonFormat, readonly [string, string]>;

async function notRows({ file, format }: JsonFile, offset: number): Promise<Refusal> {
  const { line, column } = await positionAt(file, offset);
  const [expected, remedy] = EXPECTED[format];
  return new Refusal(`The file is not ${expected}: see line ${line}, column ${column}. Send ${remedy}.`);
}

async function rowTooLarge({ file, lineBytes }: JsonFile, offset: number): Promise<Refusal> {
  const { line } = await positionAt(file, offset);
  return tooLarge(`The object in line ${line} is larger than the limit of ${lineBytes} bytes. Shorten its values.`);
}
