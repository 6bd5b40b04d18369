import { setTimeout as delay } from 'node:timers/promises';
import type Sqlite from 'better-sqlite3';
import { CompiledQuery, type DatabaseConnection, type Dialect, type Driver, SqliteDialect } from 'kysely';
import { isLocked } from '../errors.ts';
import { createStatementCache } from './statementCache.ts';

/** How long all statements together wait for another program that holds the database; beyond, each fails at once until it is free. */
const BUSY_TIMEOUT_MS = 5_000;
const MIN_PAUSE_MS = 1;
const MAX_PAUSE_MS = 50;

/**
 * Kysely's dialect for SQLite, made for a database that other processes write too. Whatever finds it locked is tried again, and this process goes
 * on meanwhile (SQLite's own `busy_timeout` would hold it up). A transaction takes its lock when it begins: one that has read already could only fail.
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

/** Makes the attempt until it comes through or the patience is over; `isWrite`: coming through, it shows that the lock is gone. */
type BusyRetry = <Result>(attempt: () => Promise<Result>, isWrite: boolean) => Promise<Result>;

function createBusyRetry(sqlite: Sqlite.Database, busyTimeoutMs: number): BusyRetry {
  /** The first and the last time that it was found locked. */
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
        if (!isLocked(error) || sqlite.inTransaction) throw error;
        const now = performance.now();
        if (now - lockedAt > busyTimeoutMs) lockedSince = now;
        lockedAt = now;
        // Where this process comes late to its looks, the lock seems new each time: nobody waits for longer all the same.
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
          throw new Error('Statements are kept, so none is iterated: read in pages.');
        },
      };
    },
    beginTransaction: async (connection) => void (await run(connection, 'begin immediate')),
    commitTransaction: (connection) => driver.commitTransaction(connection),
    async rollbackTransaction(connection) {
      // A full disk has undone it already.
      if (sqlite.inTransaction) await driver.rollbackTransaction(connection);
    },
    releaseConnection: (connection, options) => driver.releaseConnection(connection, options),
    destroy: (options) => driver.destroy(options),
  };
}
