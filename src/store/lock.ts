import Sqlite from 'better-sqlite3';

/**
 * Holds the file at `path` for this process, or answers undefined when another process holds it. SQLite's own lock does it: it is gone
 * with the process, however that ends.
 */
export function holdLock(path: string): { release(): void } | undefined {
  const sqlite = new Sqlite(path, { timeout: 0 });
  try {
    sqlite.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    sqlite.close();
    if (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_BUSY') return undefined;
    throw error;
  }
  return { release: () => sqlite.close() };
}
