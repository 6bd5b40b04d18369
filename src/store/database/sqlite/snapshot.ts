import Sqlite from 'better-sqlite3';

/** Another process may open the database at the same time. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Writes the committed content of the database at `path` to the new file `target`, without deleted
 * rows. Other processes can read and write the database meanwhile. Throws when it cannot be read.
 */
export function snapshotDatabase(path: string, target: string): void {
  const sqlite = new Sqlite(path, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    sqlite.prepare('VACUUM INTO ?').run(target);
  } finally {
    sqlite.close();
  }
}
