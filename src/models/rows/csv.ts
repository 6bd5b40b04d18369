import { Readable } from 'node:stream';
import { type CsvError, type Parser, parse } from 'csv-parse';
import { parse as parseAtOnce } from 'csv-parse/sync';
import { textCells } from '../../formats/cells.ts';
import { uniqueNames } from '../../formats/columnNames.ts';
import { type FieldError, MAX_LISTED, pointer, ServiceError } from '../../kit/contract/errors.ts';
import { yieldToEventLoop } from '../../kit/yieldToEventLoop.ts';
import type { RawRows } from './rawRows.ts';
import { unknownColumn } from './unknownColumn.ts';

const DELIMITERS = [',', ';', '\t', '|'] as const;
/** The header line must end within this many characters. Wide tables have long ones. */
const HEADER_TEXT = 2 ** 20;
/**
 * Parsing a header of this length takes milliseconds: yield to other requests between two attempts.
 */
const LARGE_START = 2 ** 16;
/** A longer row comes from an open quote. */
const MAX_ROW_BYTES = 4 * 2 ** 20;
/** Cells of a chunk at most, so that chunks of wide tables have fewer rows. */
const CHUNK_CELLS = 2 ** 18;

/** Unknown columns that an error names. */
const MAX_NAMED = 5;

export interface CsvOptions {
  /** Columns that may be in the header, in any order. */
  readonly known: ReadonlySet<string>;
  readonly chunkRows: number;
  /** Undefined: detected from the header. */
  readonly delimiter: string | undefined;
}

/**
 * Chunks of rows of delimited text with a header. Throws ServiceError `invalid_rows` for a wrong
 * header or broken quotes.
 */
export async function* readCsv(text: AsyncIterator<string>, options: CsvOptions): AsyncGenerator<RawRows> {
  const start = await firstLine(text);
  const delimiter = options.delimiter ?? (await detectDelimiter(start, options.known));
  const parser = parse({
    delimiter,
    bom: true,
    trim: true,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: MAX_ROW_BYTES,
  });
  const source = Readable.from(prepend(start, text));
  source.on('error', (error) => parser.destroy(error));
  parser.on('close', () => source.destroy());
  try {
    yield* chunksOf(source.pipe(parser), options, (readAs) => textCells(delimiter, readAs));
  } catch (error) {
    throw isCsvError(error) ? new ServiceError('invalid_rows', csvMessage(error)) : error;
  }
}

async function* chunksOf(
  parser: Parser,
  { known, chunkRows }: CsvOptions,
  cells: RawRows['cells'],
): AsyncGenerator<RawRows> {
  let header: readonly string[] | undefined;
  let rows: string[][] = [];
  let first = 0;
  let size = chunkRows;
  // Without the option `columns`, every record is a list of strings.
  for await (const record of parser as AsyncIterable<string[]>) {
    if (!header) {
      header = checkHeader(record, known);
      size = Math.max(1, Math.min(chunkRows, Math.floor(CHUNK_CELLS / header.length)));
      continue;
    }
    rows.push(record);
    if (rows.length < size) continue;
    yield toRawRows(rows, first, header, cells);
    first += rows.length;
    rows = [];
  }
  if (!header) throw new ServiceError('invalid_rows', 'The body is empty. Send a header line and rows.');
  if (rows.length > 0) yield toRawRows(rows, first, header, cells);
}

function toRawRows(
  rows: readonly (readonly string[])[],
  first: number,
  header: readonly string[],
  cells: RawRows['cells'],
): RawRows {
  return {
    cells,
    count: rows.length,
    first,
    issues: rows.flatMap((row, i) => cellCountIssue(row, first + i, header.length)),
    column(name) {
      const index = header.indexOf(name);
      return (row) => rows[row]?.[index];
    },
  };
}

/**
 * Empty cells after the last column come from a delimiter at the end of the line and are allowed.
 */
function cellCountIssue(row: readonly string[], number: number, columns: number): FieldError[] {
  const spare = row.slice(columns);
  if (row.length >= columns && spare.every((cell) => cell === '')) return [];
  return [
    { path: pointer(['rows', number]), message: `Expected ${columns} cells as in the header, got ${row.length}.` },
  ];
}

/**
 * The names as the dataset would have them. A column without a name comes from a delimiter at the
 * end of the line and is allowed.
 */
function checkHeader(record: readonly string[], known: ReadonlySet<string>): readonly string[] {
  const header = uniqueNames(record);
  const unknown = header.filter((name, i) => !known.has(name) && record[i] !== '');
  if (unknown.length === 0) return header;
  const listed = unknown.slice(0, MAX_LISTED);
  const issues = listed.map((name, i) => unknownColumn(name, ['columns'], known, i));
  const names = unknown.slice(0, MAX_NAMED).map((name) => JSON.stringify(name));
  throw new ServiceError('invalid_rows', `The model has no such columns: ${names.join(', ')}.`, issues);
}

/** Text up to the first line end at least. */
async function firstLine(text: AsyncIterator<string>): Promise<string> {
  let start = '';
  while (start.length < HEADER_TEXT && !/[\r\n]./.test(start)) {
    const piece = await text.next();
    if (piece.done) break;
    start += piece.value;
  }
  return start;
}

/** The delimiter with the most known columns in the header; the comma if none has any. */
async function detectDelimiter(start: string, known: ReadonlySet<string>): Promise<string> {
  let [best, most]: [string, number] = [',', 0];
  for (const delimiter of DELIMITERS) {
    if (start.length >= LARGE_START) await yieldToEventLoop();
    const found = headerWith(start, delimiter).filter((name) => known.has(name)).length;
    if (found > most) [best, most] = [delimiter, found];
  }
  return best;
}

function headerWith(start: string, delimiter: string): readonly string[] {
  try {
    const options = { delimiter, to: 1, bom: true, trim: true, relax_quotes: true, relax_column_count: true };
    return parseAtOnce(start, { ...options, skip_empty_lines: true })[0] ?? [];
  } catch {
    return [];
  }
}

async function* prepend(start: string, rest: AsyncIterator<string>): AsyncGenerator<string> {
  try {
    yield start;
    for (let piece = await rest.next(); !piece.done; piece = await rest.next()) yield piece.value;
  } finally {
    // Detaches from the body, so that the rest of it can be dropped.
    await rest.return?.();
  }
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_');
}

function csvMessage(error: CsvError): string {
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return `The row at line ${error.lines} is longer than the limit of ${MAX_ROW_BYTES} bytes. Shorten its cells, or close a quote that is left open.`;
  }
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') {
    return `A quote is not closed, in or before line ${error.lines}. Close it, or double a quote inside a cell.`;
  }
  return 'The body is not valid delimited text. Send a header line and rows with one delimiter.';
}
