/**
 * The output of a build: a file that ends with the hash of its inputs, so that a file and its hash
 * always belong to the same build.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Names and contents of the files of a folder. */
export async function readSources(folder: URL): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), 'utf8')));
  return Object.fromEntries(names.map((name, i) => [name, texts[i] ?? '']));
}

/** SHA-256, 32 bytes. */
export function hashOf(madeFrom: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(madeFrom)).digest();
}

/** Whether the file exists and ends with these bytes. */
export async function endsWith(path: string, ending: Buffer): Promise<boolean> {
  const built = await readFile(path).catch(() => Buffer.alloc(0));
  return built.subarray(-ending.length).equals(ending);
}

/**
 * Renames the file into its place: concurrent builds each write a complete file, and processes that
 * have opened the old one can still read it.
 */
export async function putInPlace(path: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}
