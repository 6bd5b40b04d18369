import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Logger } from './log.ts';
import { PRIVATE_FOLDER, restrictToOwner } from './permissions.ts';

/** The layout of the data folder. */
export interface Folders {
  /** The SQLite database. */
  readonly database: string;
  /** Locked by the one API that uses this folder. */
  readonly lock: string;
  /** Parquet files, named by their content. */
  readonly datasets: string;
  /** States of trainings, to resume from. */
  readonly checkpoints: string;
  /** Incomplete files; emptied at start. */
  readonly temporary: string;
}

export function foldersOf(data: string): Folders {
  return {
    database: join(data, 'trainyard.sqlite'),
    lock: join(data, 'api.lock'),
    datasets: join(data, 'datasets'),
    checkpoints: join(data, 'checkpoints'),
    temporary: join(data, 'temporary'),
  };
}

/**
 * Entries of a data folder besides those of `Folders`: SQLite's files, and those of an empty
 * volume.
 */
const SQLITE_SUFFIXES = ['-wal', '-shm', '-journal'];
const VOLUME_ENTRY = 'lost+found';

/** Creates the missing folders, and restricts the existing ones to their owner. */
export function prepareFolders(folders: Folders, log?: Logger): void {
  for (const folder of [folders.datasets, folders.checkpoints, folders.temporary]) makePrivateFolder(folder);
  restrictDataFolder(folders, log);
}

/** Restricts an existing data folder to its owner; other files in it are unchanged. */
export function restrictDataFolder({ database, lock, datasets, checkpoints, temporary }: Folders, log?: Logger): void {
  const files = [database, lock].flatMap((file) => [file, ...SQLITE_SUFFIXES.map((suffix) => file + suffix)]);
  const own = [...files, datasets, checkpoints, temporary].map((path) => basename(path));
  restrictToOwner(dirname(database), new Set([...own, VOLUME_ENTRY]), log);
}

/** Creates a folder and its parents that only the owner can access. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
}
