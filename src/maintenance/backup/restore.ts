import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../config/config.ts';
import type { Clock } from '../../kit/clock.ts';
import { type Folders, foldersOf, makePrivateFolder, restrictDataFolder } from '../../kit/folders.ts';
import { sync } from '../../kit/node.ts';
import { acquireLock } from '../../store/lock.ts';
import { migrationNames } from '../../store/migrate.ts';
import { makeFolder } from '../dataFolder.ts';
import { copyHashed } from './copyHashed.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { resetLeases } from './resetLeases.ts';

export interface RestoreOptions {
  /** The backup's folder. It is only read. */
  readonly backup: string;
  /** The data folder to be: empty, or not there. */
  readonly data: string;
  readonly clock: Clock;
}

/** Where everything is copied and checked before any of it is put in its place. Beside it may be a volume of another machine. */
const STAGE = 'restoring';
/** What an empty volume and the lock of a service that ran here leave. */
const HARMLESS = ['lost+found', 'api.lock'];

/**
 * Makes a data folder out of a backup, whole or not at all: every hash is compared before anything is put in its place. Jobs that were running are
 * queued, and go on from their checkpoints. Throws ConfigurationError for a data folder that is not empty or in use, and an error that says
 * what to do for a backup that is damaged or of a later version.
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
    await putInPlace(foldersOf(stage), foldersOf(data));
    await sync(data);
    return manifest;
  } finally {
    await rm(stage, { recursive: true, force: true });
    lock.release();
  }
}

function assertSupportedVersion(backup: string, { version, schema }: Manifest): void {
  if (migrationNames().includes(schema)) return;
  throw new Error(
    `The backup ${backup} was made by Trainyard ${version}, whose database (${schema}) this version does not know: ` +
      'restore it with that version or a later one.',
  );
}

/** Nobody starts a service over the folder while it is filled. */
async function lockEmptyFolder(data: string): Promise<{ release(): void }> {
  const names = await readdir(data);
  const lock = acquireLock(foldersOf(data).lock);
  if (!lock) {
    throw new ConfigurationError(
      `A service runs over ${data}: stop it, and restore into another folder, or move this one away.`,
    );
  }
  if (names.every((name) => HARMLESS.includes(name))) return lock;
  lock.release();
  throw new ConfigurationError(`${data} is not empty: restore into another folder, or move what is in it away.`);
}

async function copyChecked({ files }: Manifest, backup: string, stage: string): Promise<void> {
  const { datasets, checkpoints } = foldersOf(stage);
  for (const folder of [datasets, checkpoints]) makePrivateFolder(folder);
  for (const { path, bytes, sha256 } of files) {
    const copied = await copyFrom(backup, path, stage);
    if (copied.bytes === bytes && copied.sha256 === sha256) continue;
    throw new Error(
      `${join(backup, path)} is not as it was written (${copied.bytes} of ${bytes} bytes): restore another backup.`,
    );
  }
  for (const folder of [datasets, checkpoints, stage]) await sync(folder);
}

async function copyFrom(backup: string, path: string, stage: string) {
  try {
    return await copyHashed(join(backup, path), join(stage, path));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${join(backup, path)} could not be copied (${reason}).`, { cause: error });
  }
}

/** The database comes last: before it there is nothing that a service could start with. */
async function putInPlace(stage: Folders, folders: Folders): Promise<void> {
  await rename(stage.checkpoints, folders.checkpoints);
  await rename(stage.datasets, folders.datasets);
  await rename(stage.database, folders.database);
}
