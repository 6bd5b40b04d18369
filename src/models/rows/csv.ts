import { isComment } from '../../formats/text/comments.ts';
import { createCommentCounter, createShortLineCounter } from '../../formats/text/countedLines.ts';
import type { Dialect, TextStart } from '../../formats/text/dialect.ts';
import {
  createRecordReader,
  isBlank,
  RecordError,
  type RecordReader,
  type TextRecord,
} from '../../formats/text/records.ts';
import { type FieldError, pointer, ServiceError } from '../../kit/contract/errors.ts';
import { findBodyDialect } from './bodyDialect.ts';
import { checkNames, datasetNames } from './columnNames.ts';
import type { RawRows } from './rawRows.ts';
import {
  commentLinesWarning,
  shortHeaderWarning,
  shortLinesWarning,
  skippedLinesWarning,
  type Warn,
} from './textWarnings.ts';

/** Characters that show the dialect, as many as for uploads. Wide tables have long lines. */
const START_LENGTH = 2 ** 18;
/** The header line must end within this many characters. */
const HEADER_LENGTH = 2 ** 20;
/** A longer row comes from an open quote. */
const MAX_ROW_LENGTH = 16 * 2 ** 20;
/** Cells of a chunk at most, so that chunks of wide tables have fewer rows. */
const CHUNK_CELLS = 2 ** 18;

export interface CsvOptions {
  /** Columns that may be in the header, in any order. */
  readonly known: ReadonlySet<string>;
  readonly chunkRows: number;
  /** Null: detected. */
  readonly delimiter: string | null;
  /** Null: detected. */
  readonly header: boolean | null;
  readonly warn: Warn;
}

/**
 * Chunks of rows of delimited text. Rows with too few cells are padded and counted in a warning.
 * Throws ServiceError `invalid_rows` for a wrong header or broken quotes.
 */
export async function* readCsv(text: AsyncIterator<string>, options: CsvOptions): AsyncGenerator<RawRows> {
  try {
    const start = await startOf(text);
    const dialect = await findBodyDialect(start, options, options.known);
    if (dialect === undefined) throw noRecord(start);
    yield* chunksOf(recordsOf(dialect, start, text), dialect, options);
  } catch (error) {
    throw error instanceof RecordError ? new ServiceError('invalid_rows', error.message) : error;
  } finally {
    // Detaches from the body, so that the rest of it can be dropped.
    await text.return?.();
  }
}

async function* chunksOf(
  records: AsyncIterable<readonly TextRecord[]>,
  dialect: Dialect,
  { known, chunkRows, warn }: CsvOptions,
): AsyncGenerator<RawRows> {
  const header = namesOf(dialect, known);
  const size = Math.max(1, Math.min(chunkRows, Math.floor(CHUNK_CELLS / header.length)));
  const shortLines = createShortLineCounter(dialect);
  const comments = createCommentCounter(dialect);
  let rows: TextRecord[] = [];
  let first = 0;
  for await (const some of records) {
    shortLines.add(some);
    comments.add(some);
    for (const record of some) {
      if (isComment(record, dialect)) continue;
      rows.push(record);
      if (rows.length < size) continue;
      yield toRawRows(rows, first, header);
      first += rows.length;
      rows = [];
    }
  }
  if (rows.length > 0) yield toRawRows(rows, first, header);
  const short = shortLines.found();
  if (short) warn(shortLinesWarning(short));
  const comment = comments.found();
  if (comment) warn(commentLinesWarning(comment));
  if (dialect.shortHeader) warn(shortHeaderWarning(dialect.shortHeader));
  if (dialect.skippedText > 0) warn(skippedLinesWarning(dialect.skippedText));
}

/**
 * The records below the header, with comments. An empty line is a row of a table with one column,
 * as in uploads.
 */
async function* recordsOf(
  dialect: Dialect,
  start: TextStart,
  text: AsyncIterator<string>,
): AsyncGenerator<readonly TextRecord[]> {
  const { skip, first } = dialect;
  let hasHeader = dialect.header;
  for await (const records of allRecords(createRecordReader(dialect, MAX_ROW_LENGTH), start, text)) {
    const below = records.filter((record) => record.line > skip && (first.length === 1 || !isBlank(record)));
    const isHeaderFirst = hasHeader && below.length > 0;
    if (isHeaderFirst) hasHeader = false;
    yield isHeaderFirst ? below.slice(1) : below;
  }
}

async function* allRecords(
  reader: RecordReader,
  start: TextStart,
  rest: AsyncIterator<string>,
): AsyncGenerator<readonly TextRecord[]> {
  yield reader.add(start.text);
  if (!start.isWhole) {
    for (let piece = await rest.next(); !piece.done; piece = await rest.next()) yield reader.add(piece.value);
  }
  yield reader.end();
}

function toRawRows(rows: readonly TextRecord[], first: number, header: readonly string[]): RawRows {
  const column = (name: string) => {
    const index = header.indexOf(name);
    return (row: number) => rows[row]?.cells[index];
  };
  const issues = rows.flatMap((row, i) => cellCountIssue(row, first + i, header.length));
  return { count: rows.length, first, issues, column, texts: column };
}

/**
 * Empty cells after the last column come from a delimiter at the end of the line and are allowed.
 */
function cellCountIssue({ cells, line }: TextRecord, number: number, columns: number): FieldError[] {
  if (cells.length <= columns || cells.slice(columns).every((cell) => cell.trim() === '')) return [];
  const message = `Expected ${columns} cells as in the header, got ${cells.length}, in line ${line}.`;
  return [{ path: pointer(['rows', number]), message }];
}

/**
 * The names as the dataset would have them. A column without a name comes from a delimiter at the
 * end of the line and is allowed.
 */
function namesOf({ first, header }: Dialect, known: ReadonlySet<string>): readonly string[] {
  const names = datasetNames(header ? first : first.map(() => ''), known);
  const advice = header ? '' : ' The body has no header. Send one, or the columns of the dataset in their order.';
  const named = names.filter((_, i) => !header || first[i] !== '');
  checkNames(named, known, advice);
  return names;
}

/** The start of the text: up to the first line end at least, if that is not too far. */
async function startOf(text: AsyncIterator<string>): Promise<TextStart> {
  let start = '';
  while (start.length < START_LENGTH || (start.length < HEADER_LENGTH && !/[\r\n]./.test(start))) {
    const piece = await text.next();
    if (piece.done) return { text: start, isWhole: true };
    start += piece.value;
  }
  return { text: start, isWhole: false };
}

/** Throws RecordError when the first record has an open quote. */
function noRecord({ text }: TextStart): ServiceError {
  const reader = createRecordReader({ delimiter: ',', quote: '"' }, HEADER_LENGTH);
  reader.add(text);
  reader.end();
  return new ServiceError('invalid_rows', 'The body is empty. Send a header line and rows.');
}
