/**
 * The process that reads rows for the API. `rowReader.ts` starts it in the folder of the tables; it
 * ends with its parent.
 */

import { storedTypeOf, wordFormatsOf } from '../../formats/columnTypes.ts';
import { literal } from '../../formats/types/sql.ts';
import { isOutOfMemory } from '../duckdb/diskFull.ts';
import { type Cell, openSession, type Session } from '../duckdb/duckdb.ts';
import { columnId } from '../duckdb/sql.ts';
import type { ReaderRequest, RowsRequest, RowsResponse, TextsRequest, WordsRequest } from './rowReader.ts';
import { readNames } from './storedNames.ts';

const MEMORY_BYTES = 512 * 2 ** 20;
/** Cells that one statement reads: enough for most responses. */
const CELLS_PER_BATCH = 200_000;
/** The longest single row. */
const MAX_ROW_BYTES = 32 * 2 ** 20;

const session = openSession({ memoryBytes: MEMORY_BYTES, threads: 1, folders: [process.cwd()], spillFolder: null });

process.on('message', (request: ReaderRequest) => {
  void handleRequest(request).then((message) => process.send?.(message));
});
process.once('disconnect', () => process.exit());

async function handleRequest(request: ReaderRequest): Promise<RowsResponse> {
  const { id } = request;
  try {
    if ('type' in request) return { id, readsAny: await readsAny(await session, request) };
    if ('column' in request) return { id, texts: await readTexts(await session, request) };
    const rows = await readRows(await openTable(await session, request.file), request);
    return rows === undefined ? { id, tooMuch: true } : { id, rows };
  } catch (error) {
    if (isOutOfMemory(error)) return { id, tooMuch: true };
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}

/** Stops at the first word that has a format of the type. */
async function readsAny(duckdb: Session, { file, column, type }: WordsRequest): Promise<boolean> {
  const path = `${process.cwd()}/${file}`;
  const id = columnId((await readNames(duckdb, path)).indexOf(column));
  const conditions = wordFormatsOf(type).map(({ value }) => `${value(id)} IS NOT NULL`);
  const query = `SELECT 1 FROM read_parquet(${literal(path)}) WHERE ${conditions.join(' OR ')} LIMIT 1`;
  return (await duckdb.query(query)).length > 0;
}

/** Null: there are more than `max`, or they are too long for one response. */
async function readTexts(duckdb: Session, { file, column, max }: TextsRequest): Promise<readonly string[] | null> {
  const path = `${process.cwd()}/${file}`;
  const id = columnId((await readNames(duckdb, path)).indexOf(column));
  const query = `SELECT DISTINCT ${id}::VARCHAR FROM read_parquet(${literal(path)}) WHERE ${id} IS NOT NULL LIMIT ${max + 1}`;
  const texts = (await duckdb.query(query)).map(([text]) => String(text));
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  return texts.length > max || length > MAX_ROW_BYTES ? null : texts;
}

interface OpenTable {
  /** For each column: its name with the colon, as in a JSON object. */
  readonly keys: readonly string[];
  /** For each column whether its cells are the digits of numbers. */
  readonly digits: readonly boolean[];
  /** `count` rows from row `first`. */
  readonly read: (first: number, count: number) => Promise<readonly (readonly Cell[])[]>;
}

async function openTable(duckdb: Session, file: string): Promise<OpenTable> {
  const path = `${process.cwd()}/${file}`;
  const table = `read_parquet(${literal(path)}, file_row_number = true)`;
  const names = await readNames(duckdb, path);
  const types = await duckdb.query(`DESCRIBE SELECT * EXCLUDE (file_row_number) FROM ${table}`);
  const stored = types.map(([, type]) => storedTypeOf(String(type)));
  const cells = stored.map(({ json }, index) => json(columnId(index))).join(', ');
  return {
    digits: stored.map(({ isRounded }) => isRounded !== null),
    keys: types.map((_, index) => `${JSON.stringify(names[index] ?? '')}:`),
    read: (first, count) => {
      const range = `file_row_number >= ${first} AND file_row_number < ${first + count}`;
      return duckdb.query(`SELECT ${cells} FROM ${table} WHERE ${range} ORDER BY file_row_number`);
    },
  };
}

/** Rows up to the limit or the budget. Undefined: the first row is too long. */
async function readRows(
  { keys, digits, read }: OpenTable,
  { offset, limit, budget }: RowsRequest,
): Promise<{ readonly items: string; readonly count: number } | undefined> {
  const items: string[] = [];
  const done = () => ({ items: `[${items.join(',')}]`, count: items.length });
  let bytes = 0;
  const batchRows = Math.max(1, Math.floor(CELLS_PER_BATCH / keys.length));
  while (items.length < limit) {
    const batch = Math.min(batchRows, limit - items.length);
    const rows = await read(offset + items.length, batch);
    for (const row of rows) {
      const item = rowJson(keys, digits, row);
      bytes += Buffer.byteLength(item);
      if (items.length === 0 && bytes > MAX_ROW_BYTES) return undefined;
      if (items.length > 0 && bytes > budget) return done();
      items.push(item);
    }
    if (rows.length < batch) break;
  }
  return done();
}

function rowJson(keys: readonly string[], digits: readonly boolean[], row: readonly Cell[]): string {
  const cells = row.map((cell, index) => keys[index] + (digits[index] ? String(cell) : JSON.stringify(cell)));
  return `{${cells.join(',')}}`;
}
