import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigurationError } from '../config/config.ts';
import { type Folders, foldersOf, prepareFolders } from '../kit/folders.ts';
import type { Logger } from '../kit/log.ts';
import { PRIVATE_FOLDER } from '../kit/permissions.ts';

/** The reasons why a folder cannot be used, by error code. Other errors have other causes. */
const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'no folder can be created there'],
  ['EEXIST', 'a file has this name'],
  ['ENOTDIR', 'a file is in its path'],
  ['EACCES', 'this user has no permission'],
  ['EPERM', 'this user has no permission'],
  ['EROFS', 'the file system is read-only'],
  ['ELOOP', 'its path has a loop of links'],
  ['ENAMETOOLONG', 'its path is too long'],
]);

/**
 * Creates a folder that only its owner can access. Throws ConfigurationError with `subject` and the
 * reason.
 */
export function makeFolder(path: string, subject = `--data ${path}`): void {
  withReason(subject, () => {
    makeFolders(path);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  });
}

/**
 * Creates one level at a time. The option `recursive` of Node never returns when the system reports
 * ENOENT below an existing folder, as in /proc.
 */
function makeFolders(path: string): void {
  const parent = dirname(path);
  if (!existsSync(parent) && parent !== path) makeFolders(parent);
  try {
    mkdirSync(path, PRIVATE_FOLDER);
  } catch (error) {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/**
 * Creates the data folder and the folders in it. Throws ConfigurationError when it cannot be used.
 */
export function makeDataFolder(data: string, log?: Logger): Folders {
  const folders = foldersOf(data);
  makeFolder(data);
  withReason(`--data ${data}`, () => prepareFolders(folders, log));
  return folders;
}

/**
 * The folders of an existing data folder. Throws ConfigurationError when `data` does not exist or
 * contains no database.
 */
export function findDataFolder(data: string): Folders {
  const folders = foldersOf(data);
  if (existsSync(folders.database)) return folders;
  const problem = existsSync(data) ? 'has no database of a service' : 'does not exist';
  throw new ConfigurationError(
    `--data ${data} ${problem}. Pass the data folder of a service, or create one: trainyard serve --data ${data}`,
  );
}

function withReason(subject: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? REASONS.get(error.code) : undefined;
    if (reason === undefined) throw error;
    throw new ConfigurationError(
      `${subject} cannot be used: ${reason}. Choose a folder that this user can create and write to.`,
    );
  }
}
