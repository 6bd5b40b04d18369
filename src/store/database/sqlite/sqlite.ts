import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import type { DatabaseDialect } from '../dialect/dialect.ts';
import { busyRetryDialect } from './busyRetryDialect.ts';
import { connect } from './connect.ts';
import { SQLITE_ERROR_CODES } from './errorCodes.ts';
import { findCorruption } from './health.ts';
import { incrementalVacuum } from './incrementalVacuum.ts';
import { acquireLock } from './lock.ts';
import { migrate, migrationNames } from './migrate.ts';
import { writeWithNormalSync } from './relaxedDurability.ts';
import { snapshotDatabase } from './snapshot.ts';

/** SQLite: one file, one writer at a time. A location is the path of the file. */
export const sqliteDialect: DatabaseDialect = {
  name: 'sqlite',
  errorCodes: SQLITE_ERROR_CODES,
  open(path, { busyTimeoutMs }) {
    const dialect = busyRetryDialect(connect(path), busyTimeoutMs);
    const createAdapter = () => Object.assign(dialect.createAdapter(), { trainyardDialect: sqliteDialect });
    return { ...dialect, createAdapter };
  },
  migrate(path) {
    const sqlite = new Sqlite(path);
    try {
      return migrate(sqlite);
    } finally {
      sqlite.close();
    }
  },
  migrationNames: () => migrationNames(),
  findCorruption,
  snapshot: snapshotDatabase,
  vacuum: incrementalVacuum,
  relaxDurability: writeWithNormalSync,
  jsonField: (column, key) => sql`${sql.ref(column)} ->> ${sql.lit(`$.${key}`)}`,
  lock: acquireLock,
};
