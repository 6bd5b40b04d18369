import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigurationError } from '../../config/config.ts';
import { type Clock, isoTime } from '../../kit/clock.ts';
import { foldersOf, makePrivateFolder } from '../../kit/folders.ts';
import { packageVersion, sync } from '../../kit/node.ts';
import { findDataFolder, makeFolder } from '../dataFolder.ts';
import { copyData } from './copyData.ts';
import { type Manifest, newManifest, writeManifest } from './manifest.ts';

export interface BackupOptions {
  /** The data folder. */
  readonly data: string;
  /** The folder of the backup, which must not exist. */
  readonly target: string;
  readonly clock: Clock;
}

/** What was written, and the paths of files that the database named and that were missing. */
export interface Backup {
  readonly manifest: Manifest;
  readonly missingFiles: readonly string[];
}

/**
 * Copies a data folder, whether or not a service uses it, to the folder `target` with the same
 * layout: the database as it is at one moment, and every file that it names then. `target` appears
 * only when it is complete. Throws ConfigurationError when there is no data folder or `target`
 * exists.
 */
export async function makeBackup({ data, target, clock }: BackupOptions): Promise<Backup> {
  findDataFolder(data);
  if (existsSync(target))
    throw new ConfigurationError(`${target} already exists: choose another folder for the backup.`);
  const partial = `${target}.partial-${randomUUID()}`;
  makeFolder(partial, `The backup folder ${target}`);
  try {
    const backup = await fill(partial, data, clock);
    await rename(partial, target);
    await sync(dirname(target));
    return backup;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function fill(partial: string, data: string, clock: Clock): Promise<Backup> {
  const { datasets, checkpoints } = foldersOf(partial);
  for (const folder of [datasets, checkpoints]) makePrivateFolder(folder);
  const createdAt = isoTime(clock());
  const { files, missingFiles, schema } = await copyData(data, partial);
  const manifest = newManifest({ version: packageVersion(), schema, createdAt, files });
  await writeManifest(partial, manifest);
  for (const folder of [datasets, checkpoints, partial]) await sync(folder);
  return { manifest, missingFiles };
}
