import { type FieldError, pointer, ServiceError } from '../../kit/contract/errors.ts';
import { parseJson } from '../../kit/contract/jsonSyntax.ts';
import { type JsonRow, jsonRows } from './json.ts';
import type { RawRows } from './rawRows.ts';

/** The longest line, in characters. */
const MAX_LINE_LENGTH = 16 * 2 ** 20;
/** Characters of a chunk at most, so that chunks of long lines have fewer rows. */
const CHUNK_TEXT = 2 ** 20;

/**
 * Chunks of rows of newline-delimited JSON. Skips empty lines. Throws ServiceError `invalid_rows`
 * for a line that is too long.
 */
export async function* readNdjson(
  text: AsyncIterable<string>,
  known: ReadonlySet<string>,
  chunkRows: number,
): AsyncGenerator<RawRows> {
  let rows: JsonRow[] = [];
  let broken: FieldError[] = [];
  let first = 0;
  let length = 0;
  for await (const line of linesOf(text, MAX_LINE_LENGTH)) {
    try {
      rows.push(parseJson(line, 'The row'));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      broken.push({ path: pointer(['rows', first + rows.length]), message: error.message });
      rows.push({});
    }
    length += line.length;
    if (rows.length < chunkRows && length < CHUNK_TEXT) continue;
    yield jsonRows(rows, first, known, broken);
    first += rows.length;
    [rows, broken, length] = [[], [], 0];
  }
  if (rows.length > 0) yield jsonRows(rows, first, known, broken);
}

/** The lines that are not empty. Throws ServiceError `invalid_rows` for one that is too long. */
export async function* linesOf(text: AsyncIterable<string>, maxLength: number): AsyncGenerator<string> {
  let rest = '';
  let number = 1;
  for await (const piece of text) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLength) throw tooLong(number + lines.length, maxLength);
    number += lines.length;
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  if (rest.trim() !== '') yield rest;
}

function tooLong(line: number, maxLength: number): ServiceError {
  const detail = `Line ${line} is longer than the limit of ${maxLength} characters. Shorten its values.`;
  return new ServiceError('invalid_rows', detail);
}
