import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { corruptDatabaseError } from '../dialect/corruptDatabaseError.ts';
import { hasCode, SQLITE_ERROR_CODES } from './errorCodes.ts';
import { migrate } from './migrate.ts';

/**
 * How long opening waits for another process that writes. It blocks this process; later statements
 * do not (see `busyRetryDialect`).
 */
const OPENING_TIMEOUT_MS = 10_000;
/** The folder contains secrets of webhooks in clear. */
const OWNER_ONLY = 0o700;
/** The write-ahead log shrinks to this size after its content was copied into the database. */
const LOG_BYTES = 64 * 2 ** 20;

/**
 * Opens the SQLite database at `path`, created if absent, and applies the migrations that it lacks.
 * WAL lets the API read while the worker writes. `synchronous = FULL` makes a committed transaction
 * survive a power loss. Throws an error that says what to do when the file is not a database or
 * damaged, locked by another program, or of a later version.
 */
export function connect(path: string): Sqlite.Database {
  mkdirSync(dirname(path), { recursive: true, mode: OWNER_ONLY });
  const sqlite = new Sqlite(path, { timeout: OPENING_TIMEOUT_MS });
  try {
    // Has an effect only before the first table is created.
    sqlite.pragma('auto_vacuum = INCREMENTAL');
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma(`journal_size_limit = ${LOG_BYTES}`);
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    // Sorted data is small, and outside the data folder the file system may be read-only, as in a
    // container.
    sqlite.pragma('temp_store = MEMORY');
    // Overwrites deleted rows where that costs no extra write; whole pages are returned to the disk
    // soon (see `incrementalVacuum`).
    sqlite.pragma('secure_delete = FAST');
    migrate(sqlite);
    sqlite.pragma('busy_timeout = 0');
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw describeOpenError(path, error);
  }
}

/** The error with what an operator can do about it. */
function describeOpenError(path: string, error: unknown): unknown {
  if (error instanceof Error && hasCode(error, SQLITE_ERROR_CODES.corrupt)) return corruptDatabaseError(path, error);
  if (!hasCode(error, SQLITE_ERROR_CODES.locked)) return error;
  return new Error(`The database ${path} is locked by another program. Stop that program, then start again.`, {
    cause: error,
  });
}
