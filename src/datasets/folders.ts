import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Folders } from '../kit/folders.ts';

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
export async function emptyTemporary({ temporary }: Folders): Promise<void> {
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

async function sync(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
