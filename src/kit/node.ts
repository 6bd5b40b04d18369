import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of a module relative to the caller, to be started as a process or a thread: `.ts` when
 * run from source, `.js` when built. `modulePath(import.meta.url, './thread')`
 */
export function modulePath(callerUrl: string, module: string): string {
  return fileURLToPath(new URL(`${module}${extname(callerUrl)}`, callerUrl));
}

/**
 * Resolves when a file is on disk; for a folder, when its names are: only then a new name is
 * durable.
 */
export async function sync(path: string): Promise<void> {
  await using handle = await open(path);
  await handle.sync();
}

/** Whether an error of the file system means that the file does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** The version of the package, from its package.json. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version }: { readonly version: string } = JSON.parse(text);
  return version;
}
