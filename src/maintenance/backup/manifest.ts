import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PRIVATE_FILE } from '../../kit/permissions.ts';
import { parseBlobPath } from './blobPath.ts';

export const DATABASE_PATH = 'trainyard.sqlite';
const MANIFEST_FILE = 'manifest.json';
/** Incremented when the layout of a backup changes. */
const FORMAT = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * A path relative to the backup, the same as in the data folder. It never leads out of the folder.
 */
const path = z.string().refine((text) => text === DATABASE_PATH || parseBlobPath(text) !== undefined);

const contents = z.object({
  format: z.literal(FORMAT),
  /** The version of Trainyard that made the backup. */
  version: z.string(),
  /** The last migration of the database. */
  schema: z.string(),
  createdAt: z.iso.datetime(),
  files: z.array(z.object({ path, bytes: z.number().int().min(0), sha256 })),
});
export type Manifest = z.infer<typeof contents>;

const manifest = contents.extend({
  /** Hash of the other fields, so that a changed manifest is detected. */
  seal: sha256,
});
const header = z.object({ format: z.number() });

export function newManifest(facts: Omit<Manifest, 'format'>): Manifest {
  return { format: FORMAT, ...facts };
}

export async function writeManifest(backup: string, content: Manifest): Promise<void> {
  const text = JSON.stringify({ ...content, seal: sealOf(content) }, null, 2);
  await writeFile(join(backup, MANIFEST_FILE), `${text}\n`, { flag: 'wx', mode: PRIVATE_FILE, flush: true });
}

/**
 * Throws an error that says what to do when the manifest is missing, has changed, or is from a
 * later version.
 */
export async function readManifest(backup: string): Promise<Manifest> {
  const json = parse(await readText(backup), backup);
  const { data } = header.safeParse(json);
  if (data && data.format > FORMAT) {
    throw new Error(`The backup ${backup} was made by a later version of Trainyard: restore it with that version.`);
  }
  const read = manifest.safeParse(json);
  if (!read.success) throw damaged(backup);
  const { seal, ...content } = read.data;
  if (sealOf(content) !== seal) throw damaged(backup);
  return content;
}

async function readText(backup: string): Promise<string> {
  try {
    return await readFile(join(backup, MANIFEST_FILE), 'utf8');
  } catch (error) {
    throw new Error(
      `${backup} is not a complete backup: its ${MANIFEST_FILE} cannot be read. Restore another backup.`,
      {
        cause: error,
      },
    );
  }
}

function parse(text: string, backup: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw damaged(backup);
  }
}

function damaged(backup: string): Error {
  return new Error(`The ${MANIFEST_FILE} of the backup ${backup} is damaged: restore another backup.`);
}

function sealOf({ format, version, schema, createdAt, files }: Manifest): string {
  const parts = files.map(({ path, bytes, sha256 }) => [path, bytes, sha256]);
  return createHash('sha256')
    .update(JSON.stringify([format, version, schema, createdAt, parts]))
    .digest('hex');
}
