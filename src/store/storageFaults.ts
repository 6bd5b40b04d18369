import { randomUUID } from 'node:crypto';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from './database/database.ts';
import { isCorrupt, isFull, isLocked } from './database/errors.ts';
import type { QueryListener } from './database/metrics.ts';

export interface StorageDeps {
  readonly database: Database;
  /** The folder of unfinished files, on the file system of the data folder. */
  readonly temporary: string;
  /** Whether a statement has reported that the database is damaged. */
  readonly isDamaged: () => boolean;
  /** The free bytes of the file system of a folder; undefined when it does not report them. */
  readonly readFreeBytes?: ((folder: string) => Promise<number | undefined>) | undefined;
  /** The time limit of a check. */
  readonly timeoutMs?: number | undefined;
}

/**
 * With less free space an upload or a checkpoint is likely to fail, and the log file of the
 * database cannot grow.
 */
export const MIN_FREE_BYTES = 16 * 2 ** 20;
const BYTES_PER_MIB = 2 ** 20;
const PROBE_BYTES = 4096;
/** A disk that needs longer for a few kilobytes is too slow for clients that wait. */
const TIMEOUT_MS = 2_000;

/**
 * Returns the reasons why nothing can be stored now, as sentences; empty when there is none. Writes
 * and syncs 4 kB to the data folder, and acquires the write lock of the database for a moment
 * without writing to it.
 */
export async function findStorageFaults(deps: StorageDeps): Promise<readonly string[]> {
  const { timeoutMs = TIMEOUT_MS } = deps;
  const faults = await Promise.all([
    withTimeout(timeoutMs, diskFault(deps), 'The file system of the data folder does not respond.'),
    withTimeout(timeoutMs, databaseFault(deps), 'The database does not respond: another program may have locked it.'),
  ]);
  return faults.filter((fault) => fault !== undefined);
}

/**
 * Records whether a statement has reported that the database is damaged. Damage lasts until a
 * backup is restored.
 */
export function watchCorruption(): { readonly onQuery: QueryListener; readonly isDamaged: () => boolean } {
  let damaged = false;
  return {
    onQuery: (event) => {
      if (event.level === 'error') damaged ||= isCorrupt(event.error);
    },
    isDamaged: () => damaged,
  };
}

async function withTimeout(ms: number, check: Promise<string | undefined>, late: string): Promise<string | undefined> {
  const done = new AbortController();
  const timeout = delay(ms, late, { ref: false, signal: done.signal }).catch(() => undefined);
  try {
    return await Promise.race([check, timeout]);
  } finally {
    done.abort();
  }
}

async function diskFault({ temporary, readFreeBytes = freeBytesOf }: StorageDeps): Promise<string | undefined> {
  try {
    const free = await readFreeBytes(temporary);
    if (free !== undefined && free < MIN_FREE_BYTES) return diskFull(`${mib(free)} MiB are free`);
    await probe(temporary);
    return undefined;
  } catch (error) {
    if (isFull(error)) return diskFull('a file could not be written');
    return `The data folder cannot be written (${codeOf(error)}).`;
  }
}

function diskFull(reason: string): string {
  return `The file system of the data folder is full: ${reason}, at least ${mib(MIN_FREE_BYTES)} MiB are needed.`;
}

function mib(bytes: number): string {
  return (bytes / BYTES_PER_MIB).toFixed(1);
}

/** Undefined for file systems that do not report it, such as some network file systems. */
async function freeBytesOf(folder: string): Promise<number | undefined> {
  const { blocks, bavail, bsize } = await statfs(folder);
  return blocks === 0 ? undefined : bavail * bsize;
}

/**
 * Detects faults that free bytes do not show: quotas, exhausted inodes, and file systems that
 * became read-only.
 */
async function probe(folder: string): Promise<void> {
  const path = join(folder, `ready-${randomUUID()}`);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.write(Buffer.alloc(PROBE_BYTES));
      await file.sync();
    } finally {
      await file.close();
    }
  } finally {
    await rm(path, { force: true });
  }
}

async function databaseFault({ database, isDamaged }: StorageDeps): Promise<string | undefined> {
  const damaged = 'The database is damaged: restore a backup with `trainyard restore`.';
  if (isDamaged()) return damaged;
  try {
    // Changes no row, but acquires the write lock as any update does.
    await sql`UPDATE projects SET name = name WHERE name IS NULL`.execute(database);
    return undefined;
  } catch (error) {
    if (isCorrupt(error)) return damaged;
    if (isLocked(error)) return 'Another program has locked the database.';
    // A full disk is reported as a fault of the file system.
    return isFull(error) ? undefined : `The database cannot be written (${codeOf(error)}).`;
  }
}

/** An error code such as EROFS, because messages contain paths. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
