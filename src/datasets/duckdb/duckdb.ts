import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api';
import { literal, literals } from './sql.ts';

export type Cell = string | number | boolean | null;

export interface SessionOptions {
  readonly memoryBytes: number;
  readonly threads: number;
  /** The only files that the session may touch, relative to the working folder or absolute. */
  readonly files?: readonly string[];
  /** Folders of which the session may touch every file. */
  readonly folders?: readonly string[];
  /** Where what does not fit into memory goes; null keeps to memory. */
  readonly spillFolder: string | null;
  /** Aborted: what runs is interrupted and throws, and so does whatever is asked then. */
  readonly signal?: AbortSignal | undefined;
}

/** A DuckDB in memory that sees the given files and nothing else: no other file, no network, no extension to load. */
export interface Session {
  /** All rows. 64-bit integers and times come as text: cast in the statement what shall be a number. */
  readonly query: (sql: string) => Promise<readonly (readonly Cell[])[]>;
  readonly stream: (sql: string) => AsyncIterable<DuckDBDataChunk>;
  readonly close: () => void;
}

/**
 * Optimizers that cost more than they gain over many columns: the first makes a join of every IN with several values (250 such columns took
 * 2 GB), the second compares every expression with every other.
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
