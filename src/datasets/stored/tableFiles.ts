import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { isNotFound } from '../../kit/node.ts';
import type { Blobs } from '../../store/blobs/blobs.ts';

/** The last bytes of a Parquet file. */
const MAGIC = Buffer.from('PAR1');

/**
 * Path of the Parquet file of a table; undefined when it is missing or cut off. Rejects when the
 * storage fails.
 */
export type FindTable = (key: string) => Promise<string | undefined>;

/**
 * Reads the end of the file at every call. A file system check after a crash may have cut it off.
 */
export function createTableFinder(tables: Blobs): FindTable {
  return async (key) => {
    const path = await tables.fetch(key);
    return path !== undefined && (await isComplete(path)) ? path : undefined;
  };
}

/**
 * The same for frequent callers, such as thousands of small jobs on one table. Stored files never
 * change, so a file that was complete is not read again while its size is the same, which costs
 * microseconds to check.
 */
export function createCachedTableFinder(tables: Blobs): FindTable {
  const sizes = new Map<string, number>();
  return async (key) => {
    const path = await tables.fetch(key);
    const size = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })?.size;
    if (size !== undefined && sizes.get(key) === size) return path;
    sizes.delete(key);
    if (path === undefined || !(await isComplete(path))) return undefined;
    if (size !== undefined) sizes.set(key, size);
    return path;
  };
}

async function isComplete(path: string): Promise<boolean> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(MAGIC.length), { position: Math.max(0, size - MAGIC.length) });
    return buffer.equals(MAGIC);
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
