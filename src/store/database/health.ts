import { sql } from 'kysely';
import { corruptDatabaseError, type Database } from './database.ts';
import { isCorrupt } from './errors.ts';

/**
 * Reads the whole database once (about two seconds a gigabyte), so that a service does not begin with one whose pages do not fit together.
 * Throws what `openDatabase` throws of a damaged file.
 */
export async function checkDatabase(database: Database, path: string): Promise<void> {
  const found = await findCorruption(database);
  if (found) throw corruptDatabaseError(path, found);
}

async function findCorruption(database: Database): Promise<Error | undefined> {
  try {
    const { rows } = await sql<{ quickCheck: string }>`PRAGMA quick_check(1)`.execute(database);
    const found = rows[0]?.quickCheck;
    return found === 'ok' ? undefined : new Error(found);
  } catch (error) {
    if (isCorrupt(error)) return error;
    throw error;
  }
}
