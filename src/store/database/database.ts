import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { CamelCasePlugin, Kysely, type Transaction } from 'kysely';
import { isCorrupt, isLocked } from './errors.ts';
import type { QueryListener } from './metrics.ts';
import { busyRetryDialect } from './sqlite/busyRetryDialect.ts';
import { migrate } from './sqlite/migrate.ts';
import type { Tables } from './tables.ts';

export type Database = Kysely<Tables>;
/** A database or a transaction on it: what a query needs. */
export type Queries = Kysely<Tables> | Transaction<Tables>;

/** Runs the work in the transaction of `queries`, or in one of its own. */
export function inTransaction<Result>(
  queries: Queries,
  work: (transaction: Queries) => Promise<Result>,
): Promise<Result> {
  return queries.isTransaction ? work(queries) : queries.transaction().execute(work);
}

export interface DatabaseOptions {
  /** Hears of every statement. */
  readonly onQuery?: QueryListener | undefined;
  /** How long statements wait for another process's write. */
  readonly busyTimeoutMs?: number | undefined;
}

/** How long opening waits for another process's write. Nothing else is done then; later nothing may be held up (see `patientDialect`). */
const OPENING_TIMEOUT_MS = 10_000;
/** The folder contains secrets of webhooks in clear. */
const OWNER_ONLY = 0o700;
/** The log file shrinks to this when it has been copied into the database. */
const LOG_BYTES = 64 * 2 ** 20;

/**
 * Opens the SQLite database at `path` (made when absent), brings it up to the last migration, and answers its queries.
 * WAL lets the API read while the worker writes; FULL makes what was answered survive a power loss.
 * Throws an error that says what to do when the file is no database or a damaged one, is held by another program, or is of a later version.
 */
export function openDatabase(path: string, { onQuery, busyTimeoutMs }: DatabaseOptions = {}): Database {
  mkdirSync(dirname(path), { recursive: true, mode: OWNER_ONLY });
  return new Kysely<Tables>({
    dialect: busyRetryDialect(connect(path), busyTimeoutMs),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
    ...(onQuery && { log: onQuery }),
  });
}

function connect(path: string): Sqlite.Database {
  const sqlite = new Sqlite(path, { timeout: OPENING_TIMEOUT_MS });
  try {
    // Before there is any table, or it stays without effect.
    sqlite.pragma('auto_vacuum = INCREMENTAL');
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma(`journal_size_limit = ${LOG_BYTES}`);
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    // What is sorted is small, and beside the data folder there may be no place to write, as in a container whose file system is read-only.
    sqlite.pragma('temp_store = MEMORY');
    // What is deleted is overwritten where that costs no writing more; whole pages are given back to the disk soon (see `incrementalVacuum`).
    sqlite.pragma('secure_delete = FAST');
    migrate(sqlite);
    sqlite.pragma('busy_timeout = 0');
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw describeOpenError(path, error);
  }
}

/** The error as somebody reads it who can do something about it. */
function describeOpenError(path: string, error: unknown): unknown {
  if (isCorrupt(error)) return corruptDatabaseError(path, error);
  if (!isLocked(error)) return error;
  return new Error(`The database ${path} is held by another program: end that, and start again.`, { cause: error });
}

/** What is said of a database that cannot be used as it is. */
export function corruptDatabaseError(path: string, cause: Error): Error {
  const advice = 'move the data folder away and put a backup in its place with `trainyard restore`';
  return new Error(`The database ${path} is damaged (${cause.message}): ${advice}.`, { cause });
}
