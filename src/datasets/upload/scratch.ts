import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The working folder of one upload. */
export interface Scratch {
  readonly folder: string;
  readonly remove: () => Promise<void>;
}

/** Creates a working folder below `temporary`, the folder of unfinished files. */
export async function createScratch(temporary: string, name: string): Promise<Scratch> {
  const folder = join(temporary, 'datasets', name);
  await mkdir(folder, { recursive: true });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Removes the unfinished files of a service that has stopped. */
export async function clearTemporary(temporary: string): Promise<void> {
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary);
}
