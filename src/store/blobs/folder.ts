import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isNotFound, sync } from '../../kit/node.ts';
import { PRIVATE_FILE, PRIVATE_FOLDER } from '../../kit/permissions.ts';
import type { BlobContent, Blobs } from './blobs.ts';
import { assertKey, assertStoredName, isStoredName, unfinishedName } from './key.ts';

/**
 * Blobs as files of one folder, which is created when needed. A `file` must be on the folder's file
 * system. `fetch` copies nothing.
 */
export function createFolderBlobs(folder: string): Blobs {
  return {
    folder,

    async put(key, content) {
      assertKey(key);
      await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
      if ('file' in content) return publish(content.file, folder, key);
      const unfinished = join(folder, unfinishedName(key, randomUUID()));
      try {
        await writeNew(unfinished, content);
        await publish(unfinished, folder, key);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },

    async fetch(key) {
      assertKey(key);
      const path = join(folder, key);
      // Thousands of small jobs fetch the same file. This call costs microseconds, its asynchronous
      // form the use of a thread.
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats === undefined) return undefined;
      if (!stats.isFile()) throw new Error(`The blob ${key} is not a file: move ${path} away.`);
      return path;
    },

    async remove(names) {
      names.forEach(assertStoredName);
      for (const name of names) await rm(join(folder, name), { force: true });
    },

    async list() {
      try {
        const entries = await readdir(folder, { withFileTypes: true });
        return entries.filter((entry) => entry.isFile() && isStoredName(entry.name)).map(({ name }) => name);
      } catch (error) {
        if (isNotFound(error)) return [];
        throw error;
      }
    },
  };
}

/** Syncs before it renames, so that after a power loss the new name has all of the bytes. */
async function publish(file: string, folder: string, key: string): Promise<void> {
  await sync(file);
  await rename(file, join(folder, key));
  await sync(folder);
}

async function writeNew(path: string, chunks: Exclude<BlobContent, { readonly file: string }>): Promise<void> {
  await using handle = await open(path, 'wx', PRIVATE_FILE);
  await handle.writeFile(chunks);
}
