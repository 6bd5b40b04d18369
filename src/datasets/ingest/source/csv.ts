import { createReadStream } from 'node:fs';
import { generatedName } from '../../../formats/columnNames.ts';
import {
  type CountedLines,
  commentLinesMessage,
  createShortLineCounter,
  shortHeaderMessage,
  shortLinesMessage,
  skippedLinesMessage,
} from '../../../formats/text/countedLines.ts';
import { type Dialect, findDialect, type TextStart } from '../../../formats/text/dialect.ts';
import type { FileFormat } from '../../../formats/text/fileFormat.ts';
import { createRecordReader, isBlank, RecordError, recordsAt } from '../../../formats/text/records.ts';
import { literal } from '../../../formats/types/sql.ts';
import { columnId } from '../../duckdb/sql.ts';
import type { DatasetWarning } from '../../profile/schemas.ts';
import { type ReadOptions, Refusal, tooLarge } from '../protocol/messages.ts';
import { blankComments } from './blankComments.ts';
import { rowTooLong } from './lines.ts';
import type { FoundColumn, Reading, Source } from './source.ts';
import { unifyLineEnds } from './unifyLineEnds.ts';

/** DuckDB's threads read chunks as long as the longest line: short chunks use every core. */
const DEFAULT_LINE_BYTES = 2 * 2 ** 20;
/**
 * A thread reads 2048 rows at a time, about 50 bytes a cell: four threads need 2 GB for 5000
 * columns.
 */
const MOST_PARALLEL_COLUMNS = 2000;
const CHUNK_BYTES = 2 ** 20;

/** A text in the working folder, and the limit of its lines. */
interface TextFile {
  readonly file: string;
  /** Where the text is written with equal line ends, if it has several kinds. */
  readonly unified: string;
  /** Where the text is written without its comments, if it has any. */
  readonly uncommented: string;
  readonly start: TextStart;
  readonly lineBytes: number;
  readonly mostColumns: number;
}

/** How DuckDB is to read the text. */
interface CsvReading {
  readonly text: TextFile;
  readonly dialect: Dialect;
  readonly lineBytes: number;
  readonly isUnified: boolean;
  readonly isPadded: boolean;
  /** The comments that the text had; undefined: none, or they were not searched yet. */
  readonly comments: CountedLines | undefined;
}

/**
 * Reads delimited text with DuckDB's reader, every cell as text. Throws Refusal with the number of
 * the wrong line.
 */
export async function openCsv(
  text: TextFile,
  format: FileFormat,
  options: Pick<ReadOptions, 'delimiter' | 'header'>,
): Promise<Source<FoundColumn>> {
  const delimiter = options.delimiter ?? (format === 'tsv' ? '\t' : null);
  const dialect = findDialect(text.start, { ...options, delimiter });
  if (dialect === undefined) throw noRecord(text, delimiter);
  if (dialect.first.length > text.mostColumns) throw tooWide(dialect, delimiter, text.mostColumns);
  const columns = dialect.first.map((name, index) => ({
    id: columnId(index),
    name: dialect.header ? name : generatedName(index),
    kind: 'text' as const,
  }));
  // After skipped lines, DuckDB loses rows where it otherwise reports mixed line ends.
  const isMixed = dialect.skip > 0 && hasSeveralLineEnds(text.start.text);
  const plain: CsvReading = {
    text: isMixed ? unified(text, dialect) : text,
    dialect,
    lineBytes: Math.min(DEFAULT_LINE_BYTES, text.lineBytes),
    isUnified: isMixed,
    isPadded: false,
    comments: undefined,
  };
  // DuckDB finds a comment with another number of cells than a row.
  let used = dialect.comments.ofAnyWidth ? withoutComments(plain) : plain;
  const readingOf = (reading: CsvReading): Reading => ({
    relation: relationOf(reading),
    fallback(error) {
      const next = fallbackOf(reading, error);
      if (next === null) return null;
      used = next;
      return readingOf(next);
    },
    refusalOf: refusalOf(text.lineBytes),
  });
  return {
    ...{ columns, delimiter: dialect.delimiter, staging: null },
    ...readingOf(used),
    warnings: async () => [...dialectWarnings(used), ...(used.isPadded ? await shortLines(used) : [])],
  };
}

function tooWide({ first, delimiter }: Dialect, given: string | null, mostColumns: number): Refusal {
  const guess = given === null ? `, or set the \`delimiter\` if it is not ${JSON.stringify(delimiter)}` : '';
  return tooLarge(`The table has ${first.length} columns; the limit is ${mostColumns}. Send fewer columns${guess}.`);
}

/** The refusal of a text whose first record does not end. */
function noRecord({ start, lineBytes }: TextFile, delimiter: string | null): Refusal {
  try {
    for (const record of recordsAt(start.text, { delimiter: delimiter ?? ',', quote: '"' }, start.isWhole)) {
      if (!isBlank(record)) break;
    }
  } catch (error) {
    if (error instanceof RecordError) return new Refusal(error.message);
    throw error;
  }
  return start.isWhole
    ? new Refusal('The file is empty. Send a header line and at least one row.')
    : rowTooLong(null, lineBytes);
}

function relationOf({ text, dialect, lineBytes, isPadded }: CsvReading): string {
  const width = dialect.first.length;
  const columns = dialect.first.map((_, index) => `${columnId(index)}: 'VARCHAR'`).join(', ');
  const options = [
    `columns = {${columns}}`,
    ...dialectOptions(dialect, text.start),
    'auto_detect = false',
    ...(width > MOST_PARALLEL_COLUMNS || isPadded ? ['parallel = false'] : []),
    ...(isPadded ? ['null_padding = true'] : []),
    `max_line_size = ${lineBytes}`,
  ];
  return `read_csv(${literal(text.file)}, ${options.join(', ')})`;
}

/**
 * Allows long lines up to the limit, unifies line ends, removes comments, and pads lines that are
 * too short, each once. Other errors have no fallback, because DuckDB would drop such lines
 * silently.
 */
function fallbackOf(reading: CsvReading, error: unknown): CsvReading | null {
  const { text, lineBytes, isUnified, isPadded } = reading;
  const { widths, message } = parseCsvError(error);
  // DuckDB reports an open quote when a quoted value is longer than the longest line.
  if (lineBytes < text.lineBytes && (isLineTooLong(message) || isQuote(message))) {
    return { ...reading, lineBytes: text.lineBytes };
  }
  if ((hasMixedLineEnds(message) || isQuote(message)) && !isUnified) {
    return { ...reading, text: unified(text, reading.dialect), isUnified: true };
  }
  if (widths === null) return null;
  if (reading.comments === undefined) {
    const uncommented = withoutComments(reading);
    if (uncommented.comments !== undefined) return uncommented;
  }
  if (widths.found > widths.expected || isPadded) return null;
  return { ...reading, lineBytes: text.lineBytes, isPadded: true };
}

/**
 * DuckDB's strict mode requires one kind of line ends. It names no line, or reports a quote where
 * the cells beside the line ends have quotes.
 */
function hasMixedLineEnds(message: string): boolean {
  return message.includes('invalid state');
}

function hasSeveralLineEnds(text: string): boolean {
  return new Set(text.match(/\r\n?|\n/g)).size > 1;
}

/** The text with equal line ends. */
function unified(text: TextFile, dialect: Dialect): TextFile {
  unifyLineEnds(text.file, text.unified, dialect);
  const start = { ...text.start, text: text.start.text.replaceAll(/\r\n?/g, '\n') };
  return { ...text, start, file: text.unified };
}

function withoutComments(reading: CsvReading): CsvReading {
  const { text, dialect } = reading;
  const comments = blankComments(text.file, text.uncommented, dialect, text.lineBytes);
  if (comments === undefined) return reading;
  return { ...reading, comments, text: { ...text, file: text.uncommented } };
}

function dialectWarnings({ dialect: { skippedText, shortHeader }, comments }: CsvReading): DatasetWarning[] {
  return [
    ...(skippedText === 0 ? [] : [{ code: 'skipped_lines', message: skippedLinesMessage(skippedText) } as const]),
    ...(shortHeader === null ? [] : [{ code: 'short_header', message: shortHeaderMessage(shortHeader) } as const]),
    ...(comments === undefined ? [] : [{ code: 'comment_lines', message: commentLinesMessage(comments) } as const]),
  ];
}

async function shortLines({ text, dialect }: CsvReading): Promise<DatasetWarning[]> {
  const reader = createRecordReader(dialect, text.lineBytes);
  const counter = createShortLineCounter(dialect);
  const stream = createReadStream(text.file, { encoding: 'utf8', highWaterMark: CHUNK_BYTES });
  for await (const piece of stream as AsyncIterable<string>) counter.add(reader.add(piece));
  counter.add(reader.end());
  const found = counter.found();
  return found === undefined ? [] : [{ code: 'short_lines', message: shortLinesMessage(found) }];
}

function isLineTooLong(message: string): boolean {
  return /Maximum line size/i.test(message);
}

function isQuote(message: string): boolean {
  return /quote/i.test(message);
}

/** DuckDB refuses a header with fewer names, so it is skipped: one record, whatever its lines. */
function dialectOptions({ delimiter, quote, skip, header, shortHeader }: Dialect, { text }: TextStart): string[] {
  return [
    `delim = ${literal(delimiter)}`,
    `quote = ${literal(quote)}`,
    `escape = ${literal(quote)}`,
    `header = ${header && shortHeader === null}`,
    `skip = ${shortHeader === null ? skip : skip + 1}`,
    ...(text.includes('\r') && !text.includes('\n') ? [`new_line = '\\r'`] : []),
  ];
}

interface CsvErrorDetails {
  readonly message: string;
  readonly line: string | null;
  readonly widths: { readonly expected: number; readonly found: number } | null;
}

/**
 * DuckDB's message has the number and the text of the line. The rest of it is advice for SQL users.
 */
function parseCsvError(error: unknown): CsvErrorDetails {
  const message = error instanceof Error ? error.message : '';
  const line = /Line: (\d+)/.exec(message)?.[1] ?? null;
  const [, expected, found] = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message) ?? [];
  return { message, line, widths: found ? { expected: Number(expected), found: Number(found) } : null };
}

function refusalOf(lineBytes: number): Reading['refusalOf'] {
  return (error) => {
    const { message, line, widths } = parseCsvError(error);
    if (line === null) {
      return new Refusal('No table was found. Send lines with the same number of values, or set the `delimiter`.');
    }
    if (isLineTooLong(message)) return rowTooLong(line, lineBytes);
    if (widths !== null) {
      const amount = widths.found > widths.expected ? 'more' : 'fewer';
      return new Refusal(
        `Line ${line} has ${amount} values than the ${widths.expected} of the first line. Correct it or its quotes.`,
      );
    }
    if (isQuote(message)) {
      return new Refusal(
        `Line ${line} has a quote that is not doubled, or not closed within ${lineBytes} bytes, the limit of a row. Correct it.`,
      );
    }
    return new Refusal(`Line ${line} cannot be read. Correct it or its quotes.`);
  };
}
