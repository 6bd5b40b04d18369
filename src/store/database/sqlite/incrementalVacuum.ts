import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from '../database.ts';

/** Some 15 ms of work, during which nobody else is answered. */
const PAGES_PER_STEP = 1_000;

/**
 * Gives the pages that nothing uses back to the disk, step by step, and empties the log file, where deleted rows may still be read. What is in use by
 * other processes at this moment stays for the next time.
 */
export async function incrementalVacuum(database: Database): Promise<void> {
  for (let free = await freePages(database); free > 0; ) {
    await sql`PRAGMA incremental_vacuum(${sql.lit(PAGES_PER_STEP)})`.execute(database);
    const left = await freePages(database);
    if (left >= free) break;
    free = left;
    await yieldToEventLoop();
  }
  await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(database);
}

/** Pages of 4096 bytes that nothing uses. */
export async function freePages(database: Database): Promise<number> {
  const { rows } = await sql<{ freelistCount: number }>`PRAGMA freelist_count`.execute(database);
  return rows[0]?.freelistCount ?? 0;
}
