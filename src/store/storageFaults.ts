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
  /** The folder of half-written files, on the file system of the data folder. */
  readonly temporary: string;
  /** Whether a statement has found the database damaged. */
  readonly isDamaged: () => boolean;
  /** Free bytes of the file system of a folder; undefined where it does not say. */
  readonly readFreeBytes?: ((folder: string) => Promise<number | undefined>) | undefined;
  /** How long a check may take. */
  readonly timeoutMs?: number | undefined;
}

/** Below this an upload or a checkpoint is likely to fail, and the database cannot grow its log file. */
export const MIN_FREE_BYTES = 16 * 2 ** 20;
const BYTES_PER_MIB = 2 ** 20;
const PROBE_BYTES = 4096;
/** A disk that needs longer for a few kilobytes is of no use to clients that wait. */
const TIMEOUT_MS = 2_000;

/**
 * Returns sentences that say why nothing can be stored now; none where all is well. Writes and syncs 4 kB to the data folder and takes the
 * write lock of the database for a moment, without writing to it.
 */
export async function findStorageFaults(deps: StorageDeps): Promise<readonly string[]> {
  const { timeoutMs = TIMEOUT_MS } = deps;
  const faults = await Promise.all([
    withTimeout(timeoutMs, diskFault(deps), 'The file system of the data folder does not respond.'),
    withTimeout(timeoutMs, databaseFault(deps), 'The database does not respond: another program may have locked it.'),
  ]);
  return faults.filter((fault) => fault !== undefined);
}

/** Remembers whether any statement has found the database damaged. Damage lasts until a backup is restored. */
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

/** Undefined for file systems that do not count, such as some network file systems. */
async function freeBytesOf(folder: string): Promise<number | undefined> {
  const { blocks, bavail, bsize } = await statfs(folder);
  return blocks === 0 ? undefined : bavail * bsize;
}

/** Finds what free bytes do not show: quotas, used up inodes, and file systems that became read-only. */
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
    // Changes no row, but takes the write lock as any change does.
    await sql`UPDATE projects SET name = name WHERE name IS NULL`.execute(database);
    return undefined;
  } catch (error) {
    if (isCorrupt(error)) return damaged;
    if (isLocked(error)) return 'Another program has locked the database.';
    // What is full is said of the disk.
    return isFull(error) ? undefined : `The database cannot be written (${codeOf(error)}).`;
  }
}

/** A code such as EROFS; messages contain paths. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
