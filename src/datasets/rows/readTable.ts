import { isNumberType, storedTypeOf } from '../../formats/columnTypes.ts';
import type { BooleanWords, Column, Table } from '../../formats/table.ts';
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
  if (stored.cells === 'numbers')
    return { name, cells: `coalesce(${stored.double(id)}, 'NaN'::DOUBLE)`, type: stored.type, categories: [] };
  const categories = await session.query(`SELECT DISTINCT ${id} FROM ${table} WHERE ${id} IS NOT NULL ORDER BY ${id}`);
  if (categories.length === 0) return { name, cells: '(-1)::DOUBLE', type: 'categorical', categories: [] };
  const enumeration = `CREATE TYPE e_${id} AS ENUM (SELECT DISTINCT ${id} FROM ${table} WHERE ${id} IS NOT NULL ORDER BY ${id})`;
  await session.query(enumeration);
  const cells = `coalesce(enum_code(${id}::e_${id})::DOUBLE, -1)`;
  return { name, cells, type: 'categorical', categories: categories.map(([value]) => String(value)) };
}

async function readColumns(
  session: Session,
  table: string,
  stored: readonly StoredColumn[],
  rows: number,
): Promise<readonly Column[]> {
  const columns = stored.map((column) => allocate(column, rows));
  const targets = columns.map((column) => ('values' in column ? column.values : column.codes));
  let offset = 0;
  for await (const chunk of session.stream(`SELECT ${stored.map(({ cells }) => cells).join(', ')} FROM ${table}`)) {
    for (const [index, target] of targets.entries()) target.set(doublesOf(chunk.getColumnVector(index)), offset);
    offset += chunk.rowCount;
  }
  return columns;
}

function allocate({ name, type, words, categories }: StoredColumn, rows: number): Column {
  return isNumberType(type)
    ? { name, type, values: new Float64Array(rows), ...(words && { words }) }
    : { name, type, codes: new Int32Array(rows), categories };
}
