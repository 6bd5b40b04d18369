import type { Session } from '../duckdb.ts';
import { TABLE_FILE } from './messages.ts';
import type { PlannedColumn } from './plan.ts';
import { columnId, literal } from './sql.ts';

/** DuckDB holds a row group in memory until it is whole: so many cells keep it to some hundred megabytes. */
const CELLS_A_ROW_GROUP = 16 * 2 ** 20;
/** DuckDB works on vectors of so many rows; a row group is a whole number of them. */
const VECTOR_ROWS = 2048;
const LARGEST_ROW_GROUP = 60 * VECTOR_ROWS;

/** Writes the table as Parquet, rows in the order of the file, the columns as `c0`, `c1`, … with their names beside. */
export async function writeTable(session: Session, relation: string, columns: readonly PlannedColumn[]): Promise<void> {
  const cells = columns.map(({ sql }, index) => `${sql} AS ${columnId(index)}`);
  const names = literal(JSON.stringify(columns.map(({ name }) => name)));
  const vectors = Math.floor(CELLS_A_ROW_GROUP / columns.length / VECTOR_ROWS);
  const rowGroup = Math.min(LARGEST_ROW_GROUP, Math.max(1, vectors) * VECTOR_ROWS);
  await session.query(
    `COPY (SELECT ${cells.join(', ')} FROM ${relation}) TO ${literal(TABLE_FILE)}
     (FORMAT parquet, USE_TMP_FILE false, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroup}, KV_METADATA {names: ${names}})`,
  );
}
