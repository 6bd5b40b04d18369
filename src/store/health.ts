import { sql } from 'kysely';
import { type Database, damaged } from './database.ts';
import { isDamage } from './faults.ts';

/**
 * Reads the whole database once (about two seconds a gigabyte), so that a service does not begin with one whose pages do not fit together.
 * Throws what `openDatabase` throws of a damaged file.
 */
export async function checkDatabase(database: Database, path: string): Promise<void> {
  const found = await firstFault(database);
  if (found) throw damaged(path, found);
}

async function firstFault(database: Database): Promise<Error | undefined> {
  try {
    const { rows } = await sql<{ quickCheck: string }>`PRAGMA quick_check(1)`.execute(database);
    const found = rows[0]?.quickCheck;
    return found === 'ok' ? undefined : new Error(found);
  } catch (error) {
    if (isDamage(error)) return error;
    throw error;
  }
}
