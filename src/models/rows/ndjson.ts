import { type FieldError, pointer, ServiceError } from '../../kit/contract/errors.ts';
import { parseJson } from '../../kit/contract/jsonSyntax.ts';
import { jsonRows } from './json.ts';
import type { RawRows } from './rawRows.ts';

/** The longest line, in characters. */
const MAX_LINE_LENGTH = 16 * 2 ** 20;
/** Characters of a chunk at most, so that chunks of long lines have fewer rows. */
const CHUNK_TEXT = 2 ** 20;
/** A CR at the end of a piece may be the first half of CRLF. */
const LINE_ENDS = /\r\n|\n|\r(?!$)/;

export interface TextLine {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

/**
 * Chunks of rows of newline-delimited JSON. Skips empty lines. Throws ServiceError `invalid_rows`
 * for a line that is too long.
 */
export async function* readNdjson(
  text: AsyncIterable<string>,
  known: ReadonlySet<string>,
  chunkRows: number,
): AsyncGenerator<RawRows> {
  let lines: TextLine[] = [];
  let first = 0;
  let length = 0;
  for await (const line of linesOf(text, MAX_LINE_LENGTH)) {
    lines.push(line);
    length += line.text.length;
    if (lines.length < chunkRows && length < CHUNK_TEXT) continue;
    yield toRawRows(lines, first, known);
    first += lines.length;
    [lines, length] = [[], 0];
  }
  if (lines.length > 0) yield toRawRows(lines, first, known);
}

/** A line that is not JSON has an issue instead of cells. */
function toRawRows(lines: readonly TextLine[], first: number, known: ReadonlySet<string>): RawRows {
  const broken: FieldError[] = [];
  const values = lines.map(({ text, number }, row) => {
    try {
      return parseJson(text, 'The body', { line: number, column: 1 });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      broken.push({ path: pointer(['rows', first + row]), message: error.message });
      return {};
    }
  });
  return jsonRows({ values, sourceOf: (row) => lines[row]?.text ?? '{}' }, first, known, broken);
}

/**
 * The lines that are not empty. They end at LF, CRLF or CR, as in uploads. Throws ServiceError
 * `invalid_rows` for one that is too long.
 */
export async function* linesOf(text: AsyncIterable<string>, maxLength: number): AsyncGenerator<TextLine> {
  let rest = '';
  let number = 1;
  // Searching `rest` would copy a long line for each piece of it.
  let endsInReturn = false;
  for await (const piece of text) {
    const lines = splitLines(rest, piece, endsInReturn || piece.includes('\r'));
    rest = lines.pop() ?? '';
    endsInReturn = piece === '' ? endsInReturn : piece.endsWith('\r');
    if (rest.length > maxLength) throw tooLong(number + lines.length, maxLength);
    for (const line of lines) {
      if (line.trim() !== '') yield { text: line, number };
      number++;
    }
  }
  for (const line of rest.split('\r')) if (line.trim() !== '') yield { text: line, number };
}

/** The last line is incomplete. A piece of a long line is not searched again. */
function splitLines(rest: string, piece: string, hasReturn: boolean): string[] {
  if (hasReturn) return (rest + piece).split(LINE_ENDS);
  return piece.includes('\n') ? (rest + piece).split('\n') : [rest + piece];
}

function tooLong(line: number, maxLength: number): ServiceError {
  const detail = `Line ${line} is longer than the limit of ${maxLength} characters. Shorten its values.`;
  return new ServiceError('invalid_rows', detail);
}
