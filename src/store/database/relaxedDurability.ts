import { type Kysely, sql } from 'kysely';
import type { Database, Queries } from './database.ts';

/**
 * Writes what may be forgotten when the power fails, without waiting for the disk: nothing that was answered depends on it. Whatever is written afterwards in the usual way takes it to the disk as well.
 */
export function writeWithRelaxedDurability<Result>(
  database: Database,
  write: (queries: Queries) => Promise<Result>,
): Promise<Result> {
  // Nobody else's statement comes in between.
  return database.connection().execute(async (connection) => {
    await setSynchronous(connection, 'NORMAL');
    try {
      return await write(connection);
    } finally {
      await setSynchronous(connection, 'FULL');
    }
  });
}

async function setSynchronous<Tables>(connection: Kysely<Tables>, when: 'NORMAL' | 'FULL'): Promise<void> {
  await sql`PRAGMA synchronous = ${sql.lit(when)}`.execute(connection);
}
