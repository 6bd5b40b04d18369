import { type Kysely, sql } from 'kysely';
import type { Database, Queries } from './database.ts';

/**
 * Writes what may be forgotten when the power fails, without waiting for the disk: nothing that was answered depends on it. Whatever is written afterwards in the usual way takes it to the disk as well.
 */
export function writeForgetfully<Result>(
  database: Database,
  write: (queries: Queries) => Promise<Result>,
): Promise<Result> {
  // Nobody else's statement comes in between.
  return database.connection().execute(async (connection) => {
    await waitForDisk(connection, 'NORMAL');
    try {
      return await write(connection);
    } finally {
      await waitForDisk(connection, 'FULL');
    }
  });
}

async function waitForDisk<Tables>(connection: Kysely<Tables>, when: 'NORMAL' | 'FULL'): Promise<void> {
  await sql`PRAGMA synchronous = ${sql.lit(when)}`.execute(connection);
}
