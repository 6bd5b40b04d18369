import { isNumberType, storedTypeOf } from '../../formats/columnTypes.ts';
import { arraysOf, type BooleanWords, type Column, type Table } from '../../formats/table.ts';
import { exactNumber } from '../../formats/types/numbers.ts';
import { literal } from '../../formats/types/sql.ts';
import { doublesOf } from '../duckdb/doubles.ts';
import { openSession, type Session } from '../duckdb/duckdb.ts';
import { batches, columnId } from '../duckdb/sql.ts';
import { readBooleanWords, readNames } from './storedNames.ts';

/** DuckDB's own memory while it reads; the columns themselves come on top. */
const MEMORY_BYTES = 2 ** 30;
const THREADS = 2;
/** Columns that are read together. */
const COLUMNS_PER_PASS = 800;

/** A column of the file: `cells` is SQL for its cells as DOUBLE without NULLs. */
interface StoredColumn {
  readonly name: string;
  readonly cells: string;
  readonly type: Column['type'];
  /** Of a column of booleans. */
  readonly words: BooleanWords | null;
  /** Of a column of strings, sorted by their bytes. */
  readonly categories: readonly string[];
  /** Of a column of numbers of which float64 rounds some. */
  readonly exact: Encoded | null;
}

/** Texts as codes: `cells` is SQL for the code of each cell as DOUBLE, -1 for NULL. */
interface Encoded {
  readonly cells: string;
  readonly categories: readonly string[];
}

/**
 * Reads the Parquet file of a dataset into memory: columns in the order of the upload, strings as
 * codes of sorted categories. For processes that may load DuckDB, so not for the API. Throws when
 * ingestion did not write the file, and soon after `signal` is aborted.
 */
export async function readTable(file: string, signal?: AbortSignal): Promise<Table> {
  const limits = { memoryBytes: MEMORY_BYTES, threads: THREADS, spillFolder: null };
  const session = await openSession({ ...limits, files: [file], signal });
  try {
    const table = `read_parquet(${literal(file)})`;
    const rows = Number(
      (await session.query(`SELECT num_rows::DOUBLE FROM parquet_file_metadata(${literal(file)})`))[0]?.[0],
    );
    const stored = await describe(session, file, table);
    const columns: Column[] = [];
    for (const batch of batches(stored, COLUMNS_PER_PASS))
      columns.push(...(await readColumns(session, table, batch, rows)));
    return { rows, columns };
  } finally {
    session.close();
  }
}

async function describe(session: Session, file: string, table: string): Promise<readonly StoredColumn[]> {
  const names = await readNames(session, file);
  const words = await readBooleanWords(session, file);
  const types = await session.query(`DESCRIBE SELECT * FROM ${table}`);
  const columns: StoredColumn[] = [];
  for (const [index, [, type]] of types.entries()) {
    const described = await describeColumn(session, table, columnId(index), names[index] ?? '', String(type));
    columns.push({ ...described, words: words[index] ?? null });
  }
  return columns;
}

async function describeColumn(
  session: Session,
  table: string,
  id: string,
  name: string,
  type: string,
): Promise<Omit<StoredColumn, 'words'>> {
  const stored = storedTypeOf(type);
  if (stored.cells === 'words')
    return { name, type: 'categorical', exact: null, ...(await encode(session, table, id)) };
  const isRounded = stored.isRounded !== null && (await hasAny(session, table, stored.isRounded(id)));
  const exact = isRounded ? await encodeNumbers(session, table, id) : null;
  return { name, type: stored.type, cells: `coalesce(${stored.double(id)}, 'NaN'::DOUBLE)`, categories: [], exact };
}

async function hasAny(session: Session, table: string, condition: string): Promise<boolean> {
  return (await session.query(`SELECT 1 FROM ${table} WHERE ${condition} LIMIT 1`)).length > 0;
}

async function encodeNumbers(session: Session, table: string, id: string): Promise<Encoded> {
  const { cells, categories } = await encode(session, table, id);
  return { cells, categories: categories.map((text) => exactNumber(text) ?? text) };
}

async function encode(session: Session, table: string, id: string): Promise<Encoded> {
  const texts = `SELECT DISTINCT ${id}::VARCHAR AS text FROM ${table} WHERE ${id} IS NOT NULL ORDER BY text`;
  const categories = await session.query(texts);
  if (categories.length === 0) return { cells: '(-1)::DOUBLE', categories: [] };
  await session.query(`CREATE TYPE e_${id} AS ENUM (${texts})`);
  const cells = `coalesce(enum_code(${id}::VARCHAR::e_${id})::DOUBLE, -1)`;
  return { cells, categories: categories.map(([text]) => String(text)) };
}

async function readColumns(
  session: Session,
  table: string,
  stored: readonly StoredColumn[],
  rows: number,
): Promise<readonly Column[]> {
  const columns = stored.map((column) => allocate(column, rows));
  const targets = columns.flatMap(arraysOf);
  const cells = stored.flatMap((column) => (column.exact ? [column.cells, column.exact.cells] : [column.cells]));
  let offset = 0;
  for await (const chunk of session.stream(`SELECT ${cells.join(', ')} FROM ${table}`)) {
    for (const [index, target] of targets.entries()) target.set(doublesOf(chunk.getColumnVector(index)), offset);
    offset += chunk.rowCount;
  }
  return columns;
}

function allocate({ name, type, words, categories, exact }: StoredColumn, rows: number): Column {
  if (!isNumberType(type)) return { name, type, codes: new Int32Array(rows), categories };
  const digits = exact && { codes: new Int32Array(rows), categories: exact.categories };
  return { name, type, values: new Float64Array(rows), ...(words && { words }), ...(digits && { exact: digits }) };
}
