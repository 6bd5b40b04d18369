import { type Kysely, sql } from 'kysely';

/**
 * Runs a write with `synchronous = NORMAL`. It may be lost on power failure, so use it only for
 * data that no response has reported. Later writes with `FULL` bring it to the disk as well.
 */
export function writeWithNormalSync<Tables, Result>(
  database: Kysely<Tables>,
  write: (queries: Kysely<Tables>) => Promise<Result>,
): Promise<Result> {
  // No other statement uses the connection meanwhile.
  return database.connection().execute(async (connection) => {
    await setSynchronous(connection, 'NORMAL');
    try {
      return await write(connection);
    } finally {
      await setSynchronous(connection, 'FULL');
    }
  });
}

async function setSynchronous<Tables>(connection: Kysely<Tables>, level: 'NORMAL' | 'FULL'): Promise<void> {
  await sql`PRAGMA synchronous = ${sql.lit(level)}`.execute(connection);
}
