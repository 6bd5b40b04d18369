import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { CamelCasePlugin, Kysely, SqliteDialect, type Transaction } from 'kysely';
import type { QueryListener } from './metrics.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './tables.ts';

export type Database = Kysely<Tables>;
/** A database or a transaction on it: what a query needs. */
export type Queries = Kysely<Tables> | Transaction<Tables>;

/** How long a statement waits for another process's write before it fails. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens the SQLite database at `path` (made when absent), brings it up to the last migration, and answers its queries.
 * WAL lets the API read while the worker writes; FULL makes what was answered survive a power loss.
 * `onQuery` hears of every statement. Throws when the file is no database or a damaged one, and when an applied migration has changed.
 */
export function openDatabase(path: string, onQuery?: QueryListener): Database {
  mkdirSync(dirname(path), { recursive: true });
  return new Kysely<Tables>({
    dialect: new SqliteDialect({ database: connect(path) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
    ...(onQuery && { log: onQuery }),
  });
}

function connect(path: string): Sqlite.Database {
  const sqlite = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    migrate(sqlite);
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw isDamage(error) ? damaged(path, error) : error;
  }
}

function isDamage(error: unknown): error is Error {
  return error instanceof Sqlite.SqliteError && /^SQLITE_(NOTADB|CORRUPT)/.test(error.code);
}

function damaged(path: string, cause: Error): Error {
  const advice = 'put a copy of it back, or start with another data folder';
  return new Error(`The database ${path} is damaged (${cause.message}): ${advice}.`, { cause });
}
