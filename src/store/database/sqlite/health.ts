import { type Kysely, sql } from 'kysely';
import { hasCode, SQLITE_ERROR_CODES } from './errorCodes.ts';

/**
 * Reads the whole database once, about two seconds a gigabyte. Undefined: its pages are consistent.
 */
export async function findCorruption<Tables>(database: Kysely<Tables>): Promise<Error | undefined> {
  try {
    const { rows } = await sql<{ quickCheck: string }>`PRAGMA quick_check(1)`.execute(database);
    const found = rows[0]?.quickCheck;
    return found === 'ok' ? undefined : new Error(found);
  } catch (error) {
    if (error instanceof Error && hasCode(error, SQLITE_ERROR_CODES.corrupt)) return error;
    throw error;
  }
}
