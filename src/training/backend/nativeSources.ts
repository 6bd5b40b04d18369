/**
 * The sources of the native kernels. A build appends their hash to the addon, so that the service
 * detects one of other sources.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { SIGNATURES } from '../../engine/kernels/signatures.ts';

const FOLDERS = ['cpp', 'native'].map((name) => new URL(`../../../src/engine/kernels/${name}/`, import.meta.url));

/**
 * SHA-256 of the names and texts of the C++ sources and of the kernels' signatures, 32 bytes. Null
 * where the sources are absent, as in an image of the built service.
 */
export function hashOfNativeSources(): Buffer | null {
  if (!FOLDERS.every((folder) => existsSync(folder))) return null;
  const hash = createHash('sha256').update(JSON.stringify(SIGNATURES));
  for (const folder of FOLDERS) {
    for (const name of readdirSync(folder).sort()) hash.update(`${name}\0`).update(readFileSync(new URL(name, folder)));
  }
  return hash.digest();
}

/**
 * Whether a built file is of the present sources. True without sources: the file is part of the
 * same package.
 */
export function isOfNativeSources(file: string): boolean {
  const hash = hashOfNativeSources();
  return hash === null || readFileSync(file).subarray(-hash.length).equals(hash);
}
