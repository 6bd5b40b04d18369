/**
 * The data folder contains tables, models and webhook secrets in plain text: other users of the
 * machine must not read it.
 */
import { chmodSync, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from './log.ts';

/** Permission bits that a process withholds from new files: all of the group and of others. */
const PRIVATE_UMASK = 0o077;
export const PRIVATE_FOLDER = 0o700;
export const PRIVATE_FILE = 0o600;
const SPECIAL_BITS = 0o7000;
/** A folder such as /tmp, which all users share. */
const STICKY_BIT = 0o1000;

/**
 * Makes this process, its threads and its child processes create files with mode 0600 and folders
 * with 0700, whatever umask it inherited.
 */
export function createPrivateFiles(): void {
  process.umask(PRIVATE_UMASK);
}

/**
 * Restricts an existing data folder to its owner: its entries with the given names, recursively,
 * and the folder itself unless it has other entries too. Skips symbolic links and files of other
 * users, and logs what it changed or could not change.
 */
export function restrictToOwner(folder: string, names: ReadonlySet<string>, log?: Logger): void {
  const changes = { restricted: 0, failed: 0 };
  const found = readdirSync(folder);
  for (const name of found) if (names.has(name)) restrictTree(join(folder, name), changes);
  const foreign = found.find((name) => !names.has(name));
  const stats = statSync(folder);
  const isShared = foreign !== undefined || (stats.mode & STICKY_BIT) !== 0;
  if (!isShared) restrict(folder, stats, changes);
  else if (isWide(stats))
    log?.warn({ folder, foreign }, 'the data folder has other files: its permissions are unchanged');
  if (changes.restricted > 0) log?.info({ folder, ...changes }, 'the data folder was restricted to its owner');
  if (changes.failed > 0) log?.warn({ folder, ...changes }, 'other users may read the data folder');
}

interface Changes {
  restricted: number;
  failed: number;
}

/**
 * The content of a private folder is already private, because no other user could have written to
 * it.
 */
function restrictTree(path: string, changes: Changes): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !isWide(stats)) return;
  restrict(path, stats, changes);
  if (!stats.isDirectory()) return;
  for (const name of readdirSync(path)) restrictTree(join(path, name), changes);
}

function isWide(stats: Stats): boolean {
  return !stats.isSymbolicLink() && (stats.mode & PRIVATE_UMASK) !== 0;
}

/** A file system without permissions rejects this, or changes nothing. */
function restrict(path: string, stats: Stats, changes: Changes): void {
  if (!isWide(stats)) return;
  try {
    if (stats.uid !== process.geteuid?.()) throw new Error('owned by another user');
    chmodSync(path, (stats.mode & SPECIAL_BITS) | (stats.isDirectory() ? PRIVATE_FOLDER : PRIVATE_FILE));
    if (isWide(lstatSync(path))) changes.failed++;
    else changes.restricted++;
  } catch {
    changes.failed++;
  }
}
