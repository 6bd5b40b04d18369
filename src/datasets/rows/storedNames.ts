import { literal } from '../../formats/types/sql.ts';
import type { Session } from '../duckdb/duckdb.ts';

/**
 * The column names of a dataset's Parquet file, from its metadata. The file's own columns are
 * numbered (see `columnId`).
 */
export async function readNames(session: Session, file: string): Promise<readonly string[]> {
  const metadata = `SELECT decode(value) FROM parquet_kv_metadata(${literal(file)}) WHERE decode(key) = 'names'`;
  return JSON.parse(String((await session.query(metadata))[0]?.[0]));
}
