/** The process that reads rows for the API: started by `rowReader.ts` in the folder of the tables, ends with its parent. */
import { isOutOfMemory } from './diskFull.ts';
import { type Cell, openSession, type Session } from './duckdb.ts';
import { columnId, literal } from './ingest/sql.ts';
import type { RowsAnswer, RowsRequest } from './rowReader.ts';

const MEMORY_BYTES = 512 * 2 ** 20;
/** Of all cells of an answer, about: the API holds it as objects and as text. */
const MOST_TEXT = 32 * 2 ** 20;

const session = openSession({ memoryBytes: MEMORY_BYTES, threads: 1, folders: [process.cwd()], spillFolder: null });

process.on('message', (request: RowsRequest) => {
  void answer(request).then((message) => process.send?.(message));
});
process.once('disconnect', () => process.exit());

async function answer({ id, file, limit, offset }: RowsRequest): Promise<RowsAnswer> {
  try {
    const rows = await readRows(await session, `${process.cwd()}/${file}`, limit, offset);
    return textOf(rows) > MOST_TEXT ? { id, tooMuch: true } : { id, rows };
  } catch (error) {
    if (isOutOfMemory(error)) return { id, tooMuch: true };
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}

async function readRows(
  duckdb: Session,
  path: string,
  limit: number,
  offset: number,
): Promise<readonly (readonly Cell[])[]> {
  const table = `read_parquet(${literal(path)}, file_row_number = true)`;
  const types = await duckdb.query(`DESCRIBE SELECT * EXCLUDE (file_row_number) FROM ${table}`);
  const cells = types.map(([, type], index) => shown(columnId(index), String(type)));
  const range = `file_row_number >= ${offset} AND file_row_number < ${offset + limit}`;
  return duckdb.query(`SELECT ${cells.join(', ')} FROM ${table} WHERE ${range} ORDER BY file_row_number`);
}

/** Numbers as JSON numbers, times as ISO 8601. */
function shown(id: string, type: string): string {
  if (type === 'BIGINT') return `${id}::DOUBLE`;
  return type === 'TIMESTAMP' ? `strftime(${id}, '%Y-%m-%dT%H:%M:%S.%gZ')` : id;
}

function textOf(rows: readonly (readonly Cell[])[]): number {
  return rows.reduce((sum, row) => row.reduce((text: number, cell) => text + lengthOf(cell), sum), 0);
}

function lengthOf(cell: Cell): number {
  return typeof cell === 'string' ? cell.length : 1;
}
