import { literal } from '../../../formats/types/sql.ts';
import type { Cell, Session } from '../../duckdb/duckdb.ts';
import { columnId } from '../../duckdb/sql.ts';
import { type FileFormat, type ReadOptions, Refusal } from '../protocol/messages.ts';
import { rowTooLong } from './lines.ts';
import type { FoundColumn, Reading, Source } from './source.ts';
import { checkWidth } from './width.ts';

/** Lines that the dialect is detected from. Types are decided from all lines later. */
const DIALECT_SAMPLE_LINES = 2048;
/** DuckDB's threads read chunks as long as the longest line: short chunks use every core. */
const DEFAULT_LINE_BYTES = 2 * 2 ** 20;
/**
 * A thread reads 2048 rows at a time, about 50 bytes a cell: four threads need 2 GB for 5000
 * columns.
 */
const MOST_PARALLEL_COLUMNS = 2000;
const ONE_THREAD = 'parallel = false';
const LINE_SIZE = /max_line_size = \d+\)$/;

/** Names in the working folder, and the limits of a line. */
interface TextFile {
  readonly file: string;
  /** Its first lines, which show the dialect. */
  readonly head: string;
  readonly lineBytes: number;
  readonly mostColumns: number;
}

interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly newLine: string;
  readonly skip: number;
  readonly header: boolean;
}

/**
 * Reads delimited text with DuckDB's reader, every cell as text. Throws Refusal with the number of
 * the wrong line.
 */
export async function openCsv(
  session: Session,
  text: TextFile,
  format: FileFormat,
  options: ReadOptions,
): Promise<Source<FoundColumn>> {
  const given = { ...options, delimiter: options.delimiter ?? (format === 'tsv' ? '\t' : null) };
  await checkWidth(text.head, given.delimiter, text.mostColumns);
  const dialect = await sniff(session, text, given);
  const first = await readFirstRow(session, text, dialect);
  const columns = first.map((name, index) => ({
    id: columnId(index),
    name: dialect.header ? name : `column${index + 1}`,
    kind: 'text' as const,
  }));
  const { file, lineBytes } = text;
  const relation = relationOf(file, dialect, first.length, Math.min(DEFAULT_LINE_BYTES, lineBytes));
  return {
    ...{ columns, relation, delimiter: dialect.delimiter, staging: null },
    ...{ fallback: fallbackRelation(relation, lineBytes), refusalOf: refusalOf(lineBytes) },
  };
}

async function sniff(
  session: Session,
  { head, lineBytes }: TextFile,
  { delimiter, header }: ReadOptions,
): Promise<Dialect> {
  const given = [
    'all_varchar = true',
    `sample_size = ${DIALECT_SAMPLE_LINES}`,
    `max_line_size = ${lineBytes}`,
    ...(delimiter === null ? [] : [`delim = ${literal(delimiter)}`]),
    ...(header === null ? [] : [`header = ${header}`]),
  ].join(', ');
  const trySniff = (more: string) =>
    session.query(
      `SELECT Delimiter, Quote, NewLineDelimiter, SkipRows::DOUBLE, HasHeader, len(Columns)::DOUBLE
       FROM sniff_csv(${literal(head)}, ${given}${more})`,
    );
  // A too long or too short line makes one column of everything. It is skipped here, and named when
  // the file is read.
  const lenient = () => trySniff(', ignore_errors = true, skip = 0');
  const strict = await trySniff('').catch(() => []);
  const found = strict[0]?.[5] === 1 ? await lenient().catch(() => strict) : strict;
  return toDialect(found.length > 0 ? found[0] : (await withRefusal(lineBytes, lenient))[0]);
}

function toDialect([separator, quote, newLine, skip, header]: readonly Cell[] = []): Dialect {
  return {
    delimiter: String(separator),
    // A file without a quote in its first lines may have one later.
    quote: quote === "'" ? "'" : '"',
    newLine: String(newLine),
    skip: Number(skip),
    header: header === true,
  };
}

async function readFirstRow(
  session: Session,
  { head, lineBytes }: TextFile,
  dialect: Dialect,
): Promise<readonly string[]> {
  const options = [
    ...dialectOptions({ ...dialect, header: false }),
    'all_varchar = true',
    'auto_detect = true',
    `max_line_size = ${lineBytes}`,
  ];
  const read = `SELECT * FROM read_csv(${literal(head)}, ${options.join(', ')}, ignore_errors = true, sample_size = ${DIALECT_SAMPLE_LINES}) LIMIT 1`;
  const rows = await withRefusal(lineBytes, () => session.query(read));
  const first = rows[0];
  if (first === undefined) throw new Refusal('The file is empty. Send a header line and at least one row.');
  return first.map((name) => String(name ?? '').trim());
}

function relationOf(file: string, dialect: Dialect, width: number, lineBytes: number): string {
  const columns = Array.from({ length: width }, (_, index) => `${columnId(index)}: 'VARCHAR'`).join(', ');
  const options = [
    `columns = {${columns}}`,
    ...dialectOptions(dialect),
    'auto_detect = false',
    ...(width > MOST_PARALLEL_COLUMNS ? [ONE_THREAD] : []),
    `max_line_size = ${lineBytes}`,
  ];
  return `read_csv(${literal(file)}, ${options.join(', ')})`;
}

/**
 * Allows long lines up to the limit, and pads lines that are too short. Other errors have no
 * fallback, because DuckDB would drop such lines silently.
 */
function fallbackRelation(relation: string, lineBytes: number): Reading['fallback'] {
  return (error) => {
    const { widths, message } = parseCsvError(error);
    const withLongLines = relation.replace(LINE_SIZE, `max_line_size = ${lineBytes})`);
    // DuckDB reports an open quote when a quoted value is longer than the longest line.
    if (withLongLines !== relation && (isLineTooLong(message) || isQuote(message))) {
      return {
        relation: withLongLines,
        fallback: fallbackRelation(withLongLines, lineBytes),
        refusalOf: refusalOf(lineBytes),
      };
    }
    if (widths === null || widths.found > widths.expected) return null;
    const padded = withLongLines.replace(`${ONE_THREAD}, `, '').replace(/\)$/, `, null_padding = true, ${ONE_THREAD})`);
    return { relation: padded, fallback: () => null, refusalOf: () => refusalOf(lineBytes)(error) };
  };
}

function isLineTooLong(message: string): boolean {
  return /Maximum line size/i.test(message);
}

function isQuote(message: string): boolean {
  return /quote/i.test(message);
}

function dialectOptions({ delimiter, quote, newLine, skip, header }: Dialect): string[] {
  return [
    `delim = ${literal(delimiter)}`,
    `quote = ${literal(quote)}`,
    `escape = ${literal(quote)}`,
    `header = ${header}`,
    `skip = ${skip}`,
    ...(newLine === '\\r' ? [`new_line = '\\r'`] : []),
  ];
}

async function withRefusal<Value>(lineBytes: number, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    // DuckDB numbers the lines of a sample separately.
    throw isLineTooLong(parseCsvError(error).message) ? rowTooLong(null, lineBytes) : refusalOf(lineBytes)(error);
  }
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
