import { uniqueNames } from '../../formats/columnNames.ts';
import { type ColumnType, STORED_TYPES } from '../../formats/columnTypes.ts';
import type { ParseOptions } from '../../formats/parseOptions.ts';
import type { BooleanWords } from '../../formats/table.ts';
import { detectFormat, type FileFormat, FormatError } from '../../formats/text/fileFormat.ts';
import type { Session } from '../duckdb/duckdb.ts';
import type { DatasetWarning } from '../profile/schemas.ts';
import { type Profiled, profile } from './profile.ts';
import {
  type Ingested,
  type IngestRequest,
  type ReadOptions,
  Refusal,
  type TableLimits,
  UPLOAD_FILE,
} from './protocol/messages.ts';
import { readBooleanWords } from './scan/booleanWords.ts';
import { cellsOf } from './scan/cells.ts';
import { scanColumns } from './scan/columnScan.ts';
import { readOtherCells } from './scan/otherCells.ts';
import { type PlannedColumn, planColumns } from './scan/plan.ts';
import { openCsv } from './source/csv.ts';
import { toUtf8 } from './source/encoding.ts';
import { readHead } from './source/fileHead.ts';
import { openJson } from './source/json.ts';
import { checkLines, startOf } from './source/lines.ts';
import { openParquet, statedRows } from './source/parquet.ts';
import type { FoundColumn, Source } from './source/source.ts';
import { checkCells, checkColumns, checkRows } from './tableLimits.ts';
import { mixedColumns, warningsOf } from './warnings.ts';
import { writeTable } from './write.ts';

/** The text of the upload in UTF-8, when it had another encoding. */
export const TEXT_FILE = 'text';
/** The text with equal line ends, when it had several kinds. */
export const LINES_FILE = 'lines';
/** The rows alone: an object a line of JSON, or a text without the comments between its rows. */
export const ROWS_FILE = 'rows';

/**
 * Writes `TABLE_FILE` from `UPLOAD_FILE`, both in the working folder, and profiles it. Throws
 * Refusal.
 */
export async function ingest(
  session: Session,
  { format: declared, charset, options, limits }: Omit<IngestRequest, 'memoryBytes'>,
): Promise<Ingested> {
  const head = await readHead(UPLOAD_FILE);
  const format = formatOf(head, declared);
  const { file, warnings: encodingWarnings } =
    format === 'parquet' ? { file: UPLOAD_FILE, warnings: [] } : await toUtf8(UPLOAD_FILE, head, charset, TEXT_FILE);
  const found = await openSource(session, file, format, options, limits);
  checkColumns(
    found.columns.map(({ name }) => name),
    limits,
  );
  const { source, warnings } = nameColumns(found);
  const requested = requestedTypes(options, source);
  const cells = cellsOf(options.nullValues);
  const scanned = await scanColumns(session, source, cells);
  checkRows(scanned.rows, limits);
  await checkCells(session, source.columns, scanned, limits);
  if (scanned.rows === 0) throw new Refusal('The file has a header and no rows. Send at least one row.');
  const planned = await planColumns(session, source, scanned, cells, requested);
  const present = planned.filter((column) => !isEmptyAndNameless(column));
  if (present.length === 0) throw new Refusal('Every cell is empty. Send at least one value.');
  const words = await readBooleanWords(session, scanned.relation, present, cells);
  await writeTable(session, scanned.relation, present, words);
  const profiled = (await profile(session, present, scanned.rows)).map((each, index) =>
    nameBooleans(each, words[index]),
  );
  const others = await readOtherCells(session, scanned.relation, mixedColumns(present, profiled), cells);
  return {
    rows: scanned.rows,
    columns: profiled.map(({ column, stats }, index) => ({
      ...column,
      readAs: parseOptionsOf(stats, words[index] ?? null, options),
    })),
    warnings: [
      ...encodingWarnings,
      ...(await source.warnings()),
      ...warnings,
      ...planned.filter(isEmptyAndNameless).map(dropped),
      ...profiled.flatMap((column, index) => warningsOf(column, others.get(present[index]?.id ?? '') ?? [])),
    ],
  };
}

/** The profile shows booleans as the file writes them, and so does a model that predicts them. */
function nameBooleans({ stats, column }: Profiled, words: BooleanWords | null | undefined): Profiled {
  if (!words || !('top' in column)) return { stats, column };
  const top = column.top.map(({ value, count }) => ({ value: words[value === 'true' ? 1 : 0], count }));
  return { stats, column: { ...column, top } };
}

function formatOf(head: Buffer, declared: FileFormat | null): FileFormat {
  try {
    return detectFormat(head, declared);
  } catch (error) {
    throw error instanceof FormatError ? new Refusal(error.message) : error;
  }
}

function parseOptionsOf(
  { stored, format, present }: PlannedColumn,
  words: BooleanWords | null,
  { nullValues }: ReadOptions,
): ParseOptions {
  const isText = present !== null;
  return {
    type: STORED_TYPES[stored].type,
    ...(STORED_TYPES[stored].isRounded !== null && { exact: true }),
    ...(format !== null && { form: format.name }),
    ...(words !== null && { words: [words[0], words[1]] }),
    ...(isText && nullValues !== null && { nullValues: [...nullValues] }),
  };
}

async function openSource(
  session: Session,
  file: string,
  format: FileFormat,
  options: ReadOptions,
  limits: TableLimits,
): Promise<Source<FoundColumn>> {
  const { lineBytes, columns: mostColumns } = limits;
  switch (format) {
    case 'parquet':
      // Before the cells are read: a small file can have billions of rows.
      checkRows(await statedRows(session, file), limits);
      return openParquet(session, file);
    case 'json':
      return openJson(session, { file, format, lineBytes }, ROWS_FILE);
    case 'ndjson': {
      const hasLineEnds = await checkLines(file, lineBytes);
      return openJson(session, { file, format, lineBytes }, ROWS_FILE).catch((error: unknown) => {
        throw hasLineEnds ? error : withCurlHint(error);
      });
    }
    case 'csv':
    case 'tsv': {
      const hasLineEnds = await checkLines(file, lineBytes);
      if (!hasLineEnds && options.header !== false) throw withCurlHint(new Refusal(ONE_LINE));
      const start = await startOf(file);
      return openCsv(
        { file, unified: LINES_FILE, uncommented: ROWS_FILE, start, lineBytes, mostColumns },
        format,
        options,
      );
    }
  }
}

const ONE_LINE = 'The file is one line without a line end, so it has no row below a header. Send at least one row.';
const CURL_HINT = 'With curl, send the file with --data-binary @FILE: -d and --data remove its line ends.';

/**
 * `curl -d @FILE` joins all lines of a file, so that it has no line end. One line cannot be a
 * header and a row, so this
 * refuses no table. Only a row without a header (`header=false`) is read without a line end.
 */
function withCurlHint(error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  return new Refusal(`${error.message} ${CURL_HINT}`, error.errors, error.code);
}

function nameColumns(found: Source<FoundColumn>): { source: Source; warnings: DatasetWarning[] } {
  const names = uniqueNames(found.columns.map(({ name }) => name));
  const columns = found.columns.map((column, index) => ({
    ...column,
    name: names[index] ?? column.name,
    nameless: column.name === '',
  }));
  const warnings = found.columns.flatMap(({ name }, index): DatasetWarning[] => {
    const shown = names[index] ?? name;
    if (name === shown || name === '') return [];
    return [
      { code: 'renamed_column', column: shown, message: `Another column is also named ${JSON.stringify(name)}.` },
    ];
  });
  return { source: { ...found, columns }, warnings };
}

function requestedTypes({ types }: ReadOptions, { columns }: Source): ReadonlyMap<string, ColumnType> {
  const names = new Set(columns.map(({ name }) => name));
  const unknown = types.filter(([name]) => !names.has(name));
  if (unknown.length > 0) {
    const errors = unknown.map(([name]) => ({
      path: '/types',
      message: `The file has no column ${JSON.stringify(name)}.`,
    }));
    throw new Refusal(errors.map(({ message }) => message).join(' '), errors);
  }
  return new Map(types);
}

/** A comma at the end of every line makes such a column. */
function isEmptyAndNameless({ nameless, present }: PlannedColumn): boolean {
  return nameless && present === 0;
}

function dropped({ name }: PlannedColumn): DatasetWarning {
  return {
    code: 'dropped_column',
    column: name,
    message: 'The column has neither a name nor a value and was left out.',
  };
}
