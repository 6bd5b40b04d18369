import Sqlite from 'better-sqlite3';

/** Long enough for whoever opens the database at the same time. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Writes what the database at `path` holds at this moment to the new file `target`, while others read and write it, and without what has been
 * deleted. Throws when it cannot be read.
 */
export function snapshotDatabase(path: string, target: string): void {
  const sqlite = new Sqlite(path, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    sqlite.prepare('VACUUM INTO ?').run(target);
  } finally {
    sqlite.close();
  }
}
