import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { isTransient } from './errors.ts';

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

/** Makes a database of an earlier version one that can give space back: it is written anew, once. Where that cannot be now, it waits for another start. */
export async function enableAutoVacuum(database: Database): Promise<void> {
  const { rows } = await sql<{ autoVacuum: number }>`PRAGMA auto_vacuum`.execute(database);
  if (rows[0]?.autoVacuum !== 0) return;
  await sql`PRAGMA auto_vacuum = INCREMENTAL`.execute(database);
  // The copy that it makes on its way may be larger than the memory.
  await sql`PRAGMA temp_store = FILE`.execute(database);
  try {
    await sql`VACUUM`.execute(database);
  } catch (error) {
    if (!isTransient(error)) throw error;
  } finally {
    await sql`PRAGMA temp_store = MEMORY`.execute(database);
  }
}
