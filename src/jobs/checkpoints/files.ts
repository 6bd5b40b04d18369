import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sync } from '../../kit/node.ts';

/** Checkpoints as files of one folder. */
export interface CheckpointFiles {
  /** After a crash or a power loss the file is there whole or not at all. Nothing of it stays when it cannot be written. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Rejects when the file is gone. */
  read(name: string): Promise<Uint8Array>;
  /** Whether or not they are there. */
  remove(names: readonly string[]): Promise<void>;
  /** Those half-written included. */
  names(): Promise<readonly string[]>;
}

export function createCheckpointFiles(folder: string): CheckpointFiles {
  return {
    async write(name, bytes) {
      await mkdir(folder, { recursive: true });
      const partial = join(folder, `${name}.partial`);
      try {
        await writeSynced(partial, bytes);
        await rename(partial, join(folder, name));
        await sync(folder);
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
    },
    read: (name) => readFile(join(folder, name)),
    async remove(names) {
      for (const name of names) await rm(join(folder, name), { force: true });
    },
    async names() {
      await mkdir(folder, { recursive: true });
      return readdir(folder);
    },
  };
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  await using handle = await open(path, 'w');
  await handle.writeFile(bytes);
  await handle.sync();
}
