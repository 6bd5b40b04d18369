import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../config/config.ts';
import type { Clock } from '../../kit/clock.ts';
import { type Folders, foldersOf, makePrivateFolder, restrictDataFolder } from '../../kit/folders.ts';
import { sync } from '../../kit/node.ts';
import { openCollections } from '../../store/blobs/collections.ts';
import { dialect } from '../../store/database/database.ts';
import { makeFolder } from '../dataFolder.ts';
import { parseBlobPath } from './blobPath.ts';
import { type Content, copyBlob, copyFile } from './hashing.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { resetLeases } from './resetLeases.ts';

export interface RestoreOptions {
  /** The folder of the backup, which is only read. */
  readonly backup: string;
  /** The new data folder: empty or absent. */
  readonly data: string;
  readonly clock: Clock;
}

/**
 * The folder in which everything is copied and checked before any of it is moved. It is inside the
 * data folder, because a folder beside that may be on another file system.
 */
const STAGE = 'restoring';
/** Entries of an empty volume, and the lock file of a service that has stopped. */
const HARMLESS = ['lost+found', 'api.lock'];

/**
 * Creates a data folder from a backup, completely or not at all: every hash is compared before
 * anything is moved. Jobs that were running are queued and resume from their checkpoints. Throws
 * ConfigurationError for a data folder that is not empty or in use, and an error that says what to
 * do for a backup that is damaged or from a later version.
 */
export async function restoreBackup({ backup, data, clock }: RestoreOptions): Promise<Manifest> {
  const manifest = await readManifest(backup);
  assertSupportedVersion(backup, manifest);
  makeFolder(data);
  const lock = await lockEmptyFolder(data);
  restrictDataFolder(foldersOf(data));
  const stage = join(data, STAGE);
  try {
    await copyChecked(manifest, backup, stage);
    await resetLeases(foldersOf(stage).database, manifest, clock);
    await moveInto(foldersOf(data), foldersOf(stage));
    await sync(data);
    return manifest;
  } finally {
    await rm(stage, { recursive: true, force: true });
    lock.release();
  }
}

function assertSupportedVersion(backup: string, { version, schema }: Manifest): void {
  if (dialect.migrationNames().includes(schema)) return;
  throw new Error(
    `The backup ${backup} was made by Trainyard ${version}. This version does not know its database schema ` +
      `${schema}: restore it with version ${version} or a later one.`,
  );
}

/** Prevents a service from starting over the folder during the restore. */
async function lockEmptyFolder(data: string): Promise<{ release(): void }> {
  const names = await readdir(data);
  const lock = dialect.lock(foldersOf(data).lock);
  if (!lock) {
    throw new ConfigurationError(
      `A service uses ${data}: restore into another folder, or stop the service and move its folder away.`,
    );
  }
  if (names.every((name) => HARMLESS.includes(name))) return lock;
  lock.release();
  throw new ConfigurationError(`${data} is not empty: restore into another folder, or move its content away.`);
}

async function copyChecked({ files }: Manifest, backup: string, stage: string): Promise<void> {
  const { datasets, checkpoints } = foldersOf(stage);
  for (const folder of [datasets, checkpoints]) makePrivateFolder(folder);
  for (const { path, bytes, sha256 } of files) {
    const copied = await copyFrom(backup, path, stage);
    if (copied.bytes === bytes && copied.sha256 === sha256) continue;
    throw new Error(
      `${join(backup, path)} has changed since the backup was made (${copied.bytes} bytes, ${bytes} in the manifest): ` +
        'restore another backup.',
    );
  }
  for (const folder of [datasets, checkpoints, stage]) await sync(folder);
}

async function copyFrom(backup: string, path: string, stage: string): Promise<Content> {
  try {
    const blob = parseBlobPath(path);
    if (blob === undefined) return await copyFile(join(backup, path), join(stage, path));
    const { collection, key } = blob;
    const [source, target] = [backup, stage].map((folder) => openCollections(foldersOf(folder))[collection]);
    const content = await copyBlob(source, target, key);
    if (content === undefined) throw new Error('the file is missing');
    return content;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${join(backup, path)} could not be copied (${reason}): restore another backup.`, { cause: error });
  }
}

/** The database is moved last: without it no service starts over the folder. */
async function moveInto(folders: Folders, stage: Folders): Promise<void> {
  await rename(stage.checkpoints, folders.checkpoints);
  await rename(stage.datasets, folders.datasets);
  await rename(stage.database, folders.database);
}
