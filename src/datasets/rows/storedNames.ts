import type { BooleanWords } from '../../formats/table.ts';
import { literal } from '../../formats/types/sql.ts';
import type { Session } from '../duckdb/duckdb.ts';

/**
 * The column names of a dataset's Parquet file, from its metadata. The file's own columns are
 * numbered (see `columnId`).
 */
export function readNames(session: Session, file: string): Promise<readonly string[]> {
  return readMetadata<readonly string[]>(session, file, 'names');
}

/** How each column of booleans is written in the uploaded file; null for other columns. */
export function readBooleanWords(session: Session, file: string): Promise<readonly (BooleanWords | null)[]> {
  return readMetadata<readonly (BooleanWords | null)[]>(session, file, 'words');
}

/** `ingest/write.ts` wrote the value as JSON of this type. */
async function readMetadata<Value>(session: Session, file: string, key: string): Promise<Value> {
  const metadata = `SELECT decode(value) FROM parquet_kv_metadata(${literal(file)}) WHERE decode(key) = ${literal(key)}`;
  return JSON.parse(String((await session.query(metadata))[0]?.[0]));
}
