import { setTimeout as delay } from 'node:timers/promises';
import type Sqlite from 'better-sqlite3';
import { CompiledQuery, type DatabaseConnection, type Dialect, type Driver, SqliteDialect } from 'kysely';
import { hasCode, SQLITE_ERROR_CODES } from './errorCodes.ts';
import { createStatementCache } from './statementCache.ts';

/**
 * How long all statements together wait for a lock of another program. After that each fails at
 * once until the lock is gone.
 */
const BUSY_TIMEOUT_MS = 5_000;
const MIN_PAUSE_MS = 1;
const MAX_PAUSE_MS = 50;

/**
 * Kysely's dialect for SQLite, for a database that other processes write too. A statement that
 * finds it locked is retried, and this process does other work meanwhile (SQLite's own
 * `busy_timeout` would block it). A transaction acquires the write lock when it begins, because a
 * transaction that has already read could not be retried.
 */
export function busyRetryDialect(sqlite: Sqlite.Database, busyTimeoutMs = BUSY_TIMEOUT_MS): Dialect {
  const database = { prepare: createStatementCache(sqlite), close: () => void sqlite.close() };
  const dialect = new SqliteDialect({ database });
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (database) => dialect.createIntrospector(database),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => busyRetryDriver(dialect.createDriver(), sqlite, createBusyRetry(sqlite, busyTimeoutMs)),
  };
}

/**
 * Repeats the attempt until it succeeds or the timeout is over. `isWrite`: its success shows that
 * the lock is gone.
 */
type BusyRetry = <Result>(attempt: () => Promise<Result>, isWrite: boolean) => Promise<Result>;

function createBusyRetry(sqlite: Sqlite.Database, busyTimeoutMs: number): BusyRetry {
  /** The first and the last time that the database was locked. */
  let lockedSince = 0;
  let lockedAt = Number.NEGATIVE_INFINITY;

  return async (attempt, isWrite) => {
    const begun = performance.now();
    for (let pauseMs = MIN_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
      try {
        const result = await attempt();
        if (isWrite) lockedAt = Number.NEGATIVE_INFINITY;
        return result;
      } catch (error) {
        if (!hasCode(error, SQLITE_ERROR_CODES.locked) || sqlite.inTransaction) throw error;
        const now = performance.now();
        if (now - lockedAt > busyTimeoutMs) lockedSince = now;
        lockedAt = now;
        // If this process retries late, the lock seems new each time; no statement waits longer
        // than the timeout anyway.
        if (now - Math.min(begun, lockedSince) >= busyTimeoutMs) throw error;
      }
      await delay(pauseMs);
    }
  };
}

function busyRetryDriver(driver: Driver, sqlite: Sqlite.Database, retryWhileBusy: BusyRetry): Driver {
  const run = (connection: DatabaseConnection, statement: string) =>
    connection.executeQuery(CompiledQuery.raw(statement));
  return {
    init: (options) => driver.init(options),
    async acquireConnection(options) {
      const connection = await driver.acquireConnection(options);
      return {
        executeQuery: (query, queryOptions) =>
          retryWhileBusy(() => connection.executeQuery(query, queryOptions), !/^\s*select/i.test(query.sql)),
        streamQuery() {
          throw new Error('Cached statements cannot be iterated: read in pages.');
        },
      };
    },
    beginTransaction: async (connection) => void (await run(connection, 'begin immediate')),
    commitTransaction: (connection) => driver.commitTransaction(connection),
    async rollbackTransaction(connection) {
      // SQLite has already rolled back if the disk is full.
      if (sqlite.inTransaction) await driver.rollbackTransaction(connection);
    },
    releaseConnection: (connection, options) => driver.releaseConnection(connection, options),
    destroy: (options) => driver.destroy(options),
  };
}
