import { statSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Folders } from '../kit/folders.ts';
import { sync } from '../kit/node.ts';

/** A folder for one upload, in which nothing stays. */
export interface Scratch {
  readonly folder: string;
  readonly remove: () => Promise<void>;
}

export async function createScratch(folders: Folders, name: string): Promise<Scratch> {
  const folder = join(scratchRoot(folders), name);
  await mkdir(folder, { recursive: true });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Removes what a service that was stopped left half-written. */
export async function clearTemporary({ temporary }: Folders): Promise<void> {
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary);
}

function scratchRoot({ temporary }: Folders): string {
  return join(temporary, 'datasets');
}

/** Moves a finished table to where it stays, so that after a power loss it is there whole or not at all. */
export async function publish(table: string, { datasets }: Folders, file: string): Promise<void> {
  await mkdir(datasets, { recursive: true });
  await sync(table);
  await rename(table, join(datasets, file));
  await sync(datasets);
}

/** How a Parquet file ends. */
const MAGIC = Buffer.from('PAR1');

/** Whether a table's file is there and was written to its end. A disk that was repaired may have lost it. */
export async function isComplete(path: string): Promise<boolean> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(MAGIC.length), { position: Math.max(0, size - MAGIC.length) });
    return buffer.equals(MAGIC);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * The same, for who asks again and again, as thousands of small trainings of one table do: nobody writes into a file that is there, so one that was
 * whole is read no more, and that it still has its size is known in microseconds.
 */
export function createCompletenessCache(): (path: string) => Promise<boolean> {
  const sizes = new Map<string, number>();
  return async (path) => {
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size !== undefined && sizes.get(path) === size) return true;
    sizes.delete(path);
    const complete = await isComplete(path);
    if (complete && size !== undefined) sizes.set(path, size);
    return complete;
  };
}
