import Sqlite from 'better-sqlite3';
import type { ProcessLock } from '../dialect/dialect.ts';
import { hasCode, SQLITE_ERROR_CODES } from './errorCodes.ts';

/** Refers to the handles: SQLite releases the lock of a handle that was garbage-collected. */
const openLocks = new Set<Sqlite.Database>();

/**
 * Locks the file at `path` for this process until it is released. Undefined: another process holds
 * the lock. It is a lock of SQLite, so it ends with the process, however that ends.
 */
export function acquireLock(path: string): ProcessLock | undefined {
  const sqlite = new Sqlite(path, { timeout: 0 });
  try {
    sqlite.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    sqlite.close();
    if (hasCode(error, SQLITE_ERROR_CODES.locked)) return undefined;
    throw error;
  }
  openLocks.add(sqlite);
  return {
    release() {
      openLocks.delete(sqlite);
      sqlite.close();
    },
  };
}
