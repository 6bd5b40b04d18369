/**
 * The disposable process that reads the rows of one Parquet file for predictions.
 * `parquetRows.ts` starts it in a folder with that file only.
 */
import { once } from 'node:events';
import { uniqueNames } from '../../formats/columnNames.ts';
import { STORED_TYPES } from '../../formats/columnTypes.ts';
import type { StoredType } from '../../formats/types/columnType.ts';
import { isOutOfMemory } from '../duckdb/diskFull.ts';
import { openSession, type Session } from '../duckdb/duckdb.ts';
import { batches } from '../duckdb/sql.ts';
import { type ParquetRowsRequest, type ParquetRowsResponse, Refusal, UPLOAD_FILE } from './protocol/messages.ts';
import { openParquet, statedRows } from './source/parquet.ts';
import { byColumns } from './source/relation.ts';
import type { FoundColumn } from './source/source.ts';
import { checkCells, checkColumns, checkRows, type LongestCells } from './tableLimits.ts';

/** Each is an expression, whose planning takes time. */
const COLUMNS_PER_STATEMENT = 500;
const TOO_MUCH = 'Reading the rows takes too much memory. Send them in several requests.';
const UNREADABLE = 'The Parquet file cannot be read. Write it again, without encryption.';

process.once('message', (request: ParquetRowsRequest) => {
  void respond(request);
});
process.once('disconnect', () => process.exit());

async function respond({ memoryBytes, limits }: ParquetRowsRequest): Promise<void> {
  const session = await openSession({ memoryBytes, threads: 1, files: [UPLOAD_FILE], spillFolder: null });
  try {
    checkRows(await statedRows(session, UPLOAD_FILE), limits);
    const { columns, relation } = await openParquet(session, UPLOAD_FILE);
    const names = columns.map(({ name }) => name);
    checkColumns(uniqueNames(names), limits);
    await checkCells(session, columns, await longestCells(session, columns, relation), limits);
    await send({ names });
    const cells = columns.map(({ id, kind }) => cellJson(STORED_TYPES[kind], id));
    await writeLines(session, `SELECT concat('[', concat_ws(',', ${cells.join(', ')}), ']') FROM ${relation}`);
    await send({ done: true });
  } catch (error) {
    await send({ refusal: refusalOf(error) });
  }
  process.disconnect();
}

async function longestCells(
  session: Session,
  columns: readonly FoundColumn[],
  relation: string,
): Promise<LongestCells> {
  const scans = new Map<string, { readonly longestBytes: number }>();
  const texts = columns.filter(({ kind }) => kind === 'text');
  for (const batch of batches(texts, COLUMNS_PER_STATEMENT)) {
    const lengths = batch.map(({ id }) => `max(strlen(${id}))::DOUBLE`);
    const [row = []] = await session.query(`SELECT ${lengths.join(', ')} FROM ${relation}`);
    for (const [index, { id }] of batch.entries()) scans.set(id, { longestBytes: Number(row[index]) });
  }
  return { relation: byColumns(relation), scans };
}

/** SQL for the JSON text of a cell. Numbers have all their digits. */
function cellJson({ cast, json, isRounded }: StoredType, id: string): string {
  const cell = json(cast(id));
  return `coalesce(${isRounded === null ? `CAST(to_json(${cell}) AS VARCHAR)` : cell}, 'null')`;
}

/** Each row as a line of JSON to the standard output, as fast as the parent reads it. */
async function writeLines(session: Session, sql: string): Promise<void> {
  for await (const chunk of session.stream(sql)) {
    const column = chunk.getColumnVector(0);
    for (let row = 0; row < chunk.rowCount; row++) {
      if (!process.stdout.write(`${String(column.getItem(row))}\n`)) await once(process.stdout, 'drain');
    }
  }
  process.stdout.end();
  await once(process.stdout, 'finish');
}

function refusalOf(error: unknown): Pick<Refusal, 'message' | 'code'> {
  if (error instanceof Refusal) return { message: error.message, code: error.code };
  return isOutOfMemory(error)
    ? { message: TOO_MUCH, code: 'table_too_large' }
    : { message: UNREADABLE, code: 'invalid_file' };
}

function send(message: ParquetRowsResponse): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}
