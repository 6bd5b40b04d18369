import type { Session } from '../duckdb.ts';
import { type FileFormat, type ReadOptions, Refusal } from './messages.ts';
import type { FoundColumn, Source } from './source.ts';
import { columnId, literal } from './sql.ts';

/** Enough lines to tell the dialect from; types are told from all of them later. */
const DIALECT_SAMPLE_LINES = 2048;
/** A line longer than this is no line of a table. */
const LONGEST_LINE_BYTES = 32 * 2 ** 20;

interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly newLine: string;
  readonly skip: number;
  readonly header: boolean;
}

/** Reads CSV and the like by DuckDB's own reader, every cell as text. Throws Refusal with the line that is wrong. */
export async function openCsv(
  session: Session,
  file: string,
  format: FileFormat,
  options: ReadOptions,
): Promise<Source<FoundColumn>> {
  const given = { ...options, delimiter: options.delimiter ?? (format === 'tsv' ? '\t' : null) };
  const dialect = await sniff(session, file, given);
  const first = await readFirstRow(session, file, dialect);
  const columns = first.map((name, index) => ({
    id: columnId(index),
    name: dialect.header ? name : `column${index + 1}`,
    kind: 'text' as const,
  }));
  return { columns, relations: readers(file, dialect, first.length), delimiter: dialect.delimiter, refusalOf };
}

async function sniff(session: Session, file: string, { delimiter, header }: ReadOptions): Promise<Dialect> {
  const given = [
    'all_varchar = true',
    `sample_size = ${DIALECT_SAMPLE_LINES}`,
    `max_line_size = ${LONGEST_LINE_BYTES}`,
    ...(delimiter === null ? [] : [`delim = ${literal(delimiter)}`]),
    ...(header === null ? [] : [`header = ${header}`]),
  ].join(', ');
  const select = `SELECT Delimiter, Quote, NewLineDelimiter, SkipRows::DOUBLE, HasHeader FROM sniff_csv(${literal(file)}, ${given}`;
  const found = await refusing(async () => {
    try {
      return await session.query(`${select})`);
    } catch {
      return session.query(`${select}, strict_mode = false)`);
    }
  });
  const [separator, quote, newLine, skip, hasHeader] = found[0] ?? [];
  return {
    delimiter: String(separator),
    // A file whose first lines have no quote may have one later.
    quote: quote === "'" ? "'" : '"',
    newLine: String(newLine),
    skip: Number(skip),
    header: hasHeader === true,
  };
}

async function readFirstRow(session: Session, file: string, dialect: Dialect): Promise<readonly string[]> {
  const options = [...dialectOptions({ ...dialect, header: false }), 'all_varchar = true', 'auto_detect = true'];
  const read = `SELECT * FROM read_csv(${literal(file)}, ${options.join(', ')}, ignore_errors = true, sample_size = ${DIALECT_SAMPLE_LINES}) LIMIT 1`;
  const rows = await refusing(() => session.query(read));
  const first = rows[0];
  if (first === undefined) throw new Refusal('The file is empty: send a header line and at least one row.');
  return first.map((name) => String(name ?? '').trim());
}

/** Strict first; then with quotes as they come; then with short lines filled up. */
function readers(file: string, dialect: Dialect, width: number): readonly string[] {
  const columns = Array.from({ length: width }, (_, index) => `${columnId(index)}: 'VARCHAR'`).join(', ');
  const options = [...dialectOptions(dialect), 'auto_detect = false', `columns = {${columns}}`];
  const strict = options.join(', ');
  return [strict, `${strict}, strict_mode = false`, `${strict}, null_padding = true, parallel = false`].map(
    (all) => `read_csv(${literal(file)}, ${all})`,
  );
}

function dialectOptions({ delimiter, quote, newLine, skip, header }: Dialect): string[] {
  return [
    `delim = ${literal(delimiter)}`,
    `quote = ${literal(quote)}`,
    `escape = ${literal(quote)}`,
    `header = ${header}`,
    `skip = ${skip}`,
    `max_line_size = ${LONGEST_LINE_BYTES}`,
    ...(newLine === '\\r' ? [`new_line = '\\r'`] : []),
  ];
}

async function refusing<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw refusalOf(error);
  }
}

/** DuckDB's message names the line and shows it; the rest of it is advice for people who write SQL. */
function refusalOf(error: unknown): Refusal {
  const message = error instanceof Error ? error.message : '';
  const line = /Line: (\d+)/.exec(message)?.[1];
  const widths = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (line && widths) {
    return new Refusal(
      `Line ${line} has ${widths[2]} values where ${widths[1]} are expected: mend the line or its quotes.`,
    );
  }
  if (line && /quote/i.test(message))
    return new Refusal(`Line ${line} has a quote that is not closed or not doubled: mend it.`);
  if (line) return new Refusal(`Line ${line} cannot be read: mend it or its quotes.`);
  return new Refusal('No table can be made out: send lines with the same number of values, or say the `delimiter`.');
}
