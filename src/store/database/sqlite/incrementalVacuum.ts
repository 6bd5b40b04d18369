import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';

/** About 15 ms of work, which blocks this process. */
const PAGES_PER_STEP = 1_000;

/**
 * Returns unused pages to the disk, step by step, and empties the write-ahead log, which still
 * contains deleted rows. Pages that other processes use at this moment are returned by the next
 * call.
 */
export async function incrementalVacuum<Tables>(database: Kysely<Tables>): Promise<void> {
  for (let free = await freePages(database); free > 0; ) {
    await sql`PRAGMA incremental_vacuum(${sql.lit(PAGES_PER_STEP)})`.execute(database);
    const left = await freePages(database);
    if (left >= free) break;
    free = left;
    await yieldToEventLoop();
  }
  await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(database);
}

/** The number of unused pages, of 4096 bytes each. */
export async function freePages<Tables>(database: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ freelistCount: number }>`PRAGMA freelist_count`.execute(database);
  return rows[0]?.freelistCount ?? 0;
}
