import Sqlite from 'better-sqlite3';

/** Nobody but this set may keep a handle, and SQLite lets go of the lock of one that was collected as garbage. */
const openLocks = new Set<Sqlite.Database>();

/**
 * Holds the file at `path` for this process until it is released, or answers undefined when another holder has it. SQLite's own lock
 * does it: it is gone with the process, however that ends.
 */
export function acquireLock(path: string): { release(): void } | undefined {
  const sqlite = new Sqlite(path, { timeout: 0 });
  try {
    sqlite.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    sqlite.close();
    if (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_BUSY') return undefined;
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
