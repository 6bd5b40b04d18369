import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export const DATABASE_PATH = 'trainyard.sqlite';
const MANIFEST_FILE = 'manifest.json';
/** Counts up when the folder of a backup is laid out in another way. */
const FORMAT = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A path below the backup, the same as below the data folder. Never one that leads out of it. */
const path = z.string().regex(/^(trainyard\.sqlite|(datasets|checkpoints)\/[\w-][\w.-]*)$/);

const contents = z.object({
  format: z.literal(FORMAT),
  /** The version that made it. */
  version: z.string(),
  /** The last migration of its database. */
  schema: z.string(),
  createdAt: z.iso.datetime(),
  files: z.array(z.object({ path, bytes: z.number().int().min(0), sha256 })),
});
export type Manifest = z.infer<typeof contents>;

const manifest = contents.extend({
  /** Of all the rest, so that a manifest that has changed is known as well. */
  seal: sha256,
});
const header = z.object({ format: z.number() });

export function newManifest(facts: Omit<Manifest, 'format'>): Manifest {
  return { format: FORMAT, ...facts };
}

export async function writeManifest(backup: string, content: Manifest): Promise<void> {
  const text = JSON.stringify({ ...content, seal: sealOf(content) }, null, 2);
  await writeFile(join(backup, MANIFEST_FILE), `${text}\n`, { flag: 'wx', mode: 0o600, flush: true });
}

/** Throws an error that says what to do when there is none, when it has changed since it was written, and when it is of a later version. */
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
    throw new Error(`${backup} is no whole backup: it has no ${MANIFEST_FILE} that can be read.`, { cause: error });
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
