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
  /** The folder that holds `folders`. */
  readonly data: string;
  /** The backup's folder, which must not be there yet. */
  readonly target: string;
  readonly clock: Clock;
}

/** What was written, and the files that the database named but that were lost already. */
export interface Backup {
  readonly manifest: Manifest;
  readonly missingFiles: readonly string[];
}

/**
 * Copies a data folder, in use or not, to the folder `target`, laid out in the same way: the database as it is at one moment, and every file
 * that it names then. Under its name it is there whole or not at all. Throws ConfigurationError when there is no data folder, or a target already.
 */
export async function makeBackup({ data, target, clock }: BackupOptions): Promise<Backup> {
  findDataFolder(data);
  if (existsSync(target)) throw new ConfigurationError(`${target} is there already: give the backup a new name.`);
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
