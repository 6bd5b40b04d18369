import { open } from 'node:fs/promises';

/** Resolves when a file is on the disk; of a folder, when the names in it are: a new name is there only then. */
export async function sync(path: string): Promise<void> {
  await using handle = await open(path);
  await handle.sync();
}
