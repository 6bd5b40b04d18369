import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api';
import { literal, literals } from '../../formats/types/sql.ts';

export type Cell = string | number | boolean | null;

export interface SessionOptions {
  readonly memoryBytes: number;
  readonly threads: number;
  /** The only files that the session can access, relative to the working folder or absolute. */
  readonly files?: readonly string[];
  /** Folders in which the session can access every file. */
  readonly folders?: readonly string[];
  /** Where DuckDB writes data that exceeds its memory; null: nowhere. */
  readonly spillFolder: string | null;
  /** Interrupts the running query. It and every later query throw the reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * An in-memory DuckDB that can access the given files only: no other file, no network, no
 * extension.
 */
export interface Session {
  /** All rows. 64-bit integers and times are strings: cast them in the statement to get numbers. */
  readonly query: (sql: string) => Promise<readonly (readonly Cell[])[]>;
  readonly stream: (sql: string) => AsyncIterable<DuckDBDataChunk>;
  readonly close: () => void;
}

/**
 * Optimizers that cost more than they gain for many columns. The first converts every IN with
 * several values to a join (250 such columns took 2 GB), the second compares all pairs of
 * expressions.
 */
const COSTLY_OPTIMIZERS = 'in_clause,common_subexpressions';

export async function openSession(options: SessionOptions): Promise<Session> {
  const { memoryBytes, threads, files = [], folders = [], spillFolder, signal } = options;
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    memory_limit: `${Math.ceil(memoryBytes / 2 ** 20)}MiB`,
    threads: String(threads),
    temp_directory: spillFolder ?? '',
  });
  const connection = await instance.connect();
  await connection.run(`SET TimeZone = 'UTC'; SET disabled_optimizers = ${literal(COSTLY_OPTIMIZERS)}`);
  await connection.run(`SET allowed_paths = [${literals(files)}]; SET allowed_directories = [${literals(folders)}]`);
  await connection.run('SET enable_external_access = false; SET lock_configuration = true');
  const interrupt = () => connection.interrupt();
  signal?.addEventListener('abort', interrupt);
  return {
    async query(sql) {
      signal?.throwIfAborted();
      return (await connection.runAndReadAll(sql)).getRowsJson() as Cell[][];
    },
    stream: (sql) => chunksOf(connection, sql, signal),
    close: () => {
      signal?.removeEventListener('abort', interrupt);
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function* chunksOf(
  connection: DuckDBConnection,
  sql: string,
  signal?: AbortSignal,
): AsyncGenerator<DuckDBDataChunk> {
  signal?.throwIfAborted();
  const result = await connection.stream(sql);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk;
    signal?.throwIfAborted();
  }
}
