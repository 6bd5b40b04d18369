/** What the native kernels are made of. A build ends their file with the hash of it, so that a file can be told from one of other sources. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const FOLDERS = ['cpp', 'native'].map((name) => new URL(`../../../src/engine/kernels/${name}/`, import.meta.url));

/** SHA-256 of the names and texts of the C++ sources, 32 bytes; null where they are not there, as in an image that carries only what runs. */
export function hashOfNativeSources(): Buffer | null {
  if (!FOLDERS.every((folder) => existsSync(folder))) return null;
  const hash = createHash('sha256');
  for (const folder of FOLDERS) {
    for (const name of readdirSync(folder).sort()) hash.update(`${name}\0`).update(readFileSync(new URL(name, folder)));
  }
  return hash.digest();
}

/** Whether a built file is of the sources that are there now; where there are none, it is what was made with the rest. */
export function isOfNativeSources(file: string): boolean {
  const hash = hashOfNativeSources();
  return hash === null || readFileSync(file).subarray(-hash.length).equals(hash);
}
