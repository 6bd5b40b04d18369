import { rm } from 'node:fs/promises';
import { type Folders, foldersOf } from '../../kit/folders.ts';
import { openCollections } from '../../store/blobs/collections.ts';
import { dialect, openDatabase } from '../../store/database/database.ts';
import { type BackupStore, createBackupStore } from './backupStore.ts';
import { blobPath, type NamedBlob } from './blobPath.ts';
import { type Content, contentOf, copyBlob } from './hashing.ts';
import { DATABASE_PATH, type Manifest } from './manifest.ts';

export interface CopiedData {
  readonly files: Manifest['files'];
  /**
   * Blobs that the database named and that were missing. The copied database does not name them.
   */
  readonly missingFiles: readonly string[];
  /** The last migration of the database. */
  readonly schema: string;
}

/**
 * A blob that is deleted during the copying costs one more snapshot of the database. A blob that is
 * missing in as many snapshots is lost.
 */
const ROUNDS = 5;

/** A blob that was copied, with its content. */
interface CopiedBlob extends NamedBlob {
  readonly content: Content;
}

/**
 * Copies the database of the data folder as it is at one moment, and every blob that it names then.
 * The folders in `target` must exist.
 */
export async function copyData(data: string, target: string): Promise<CopiedData> {
  const [source, copy] = [foldersOf(data), foldersOf(target)];
  const copied = new Map<string, CopiedBlob>();
  for (let round = 1; ; round++) {
    const { named, missing, schema } = await withSnapshot(source, copy, async (store) => {
      const named = await store.namedBlobs();
      const missing = await copyNew({ source, copy, named, copied });
      if (round === ROUNDS) await store.forgetBlobs(missing);
      return { named, missing, schema: await store.schema() };
    });
    if (missing.length > 0 && round < ROUNDS) continue;
    await removeUnnamed(named, copied, copy);
    const files = [...copied].map(([path, { content }]) => ({ path, ...content }));
    return {
      files: [{ path: DATABASE_PATH, ...(await contentOf(copy.database)) }, ...files],
      missingFiles: missing.map(blobPath),
      schema,
    };
  }
}

/** Opens a fresh copy of the database, migrated to the schema of this version. */
async function withSnapshot<Result>(
  source: Folders,
  copy: Folders,
  use: (store: BackupStore) => Promise<Result>,
): Promise<Result> {
  await rm(copy.database, { force: true });
  dialect.snapshot(source.database, copy.database);
  const database = openDatabase(copy.database);
  try {
    return await use(createBackupStore(database));
  } finally {
    await database.destroy();
  }
}

interface Copying {
  readonly source: Folders;
  readonly copy: Folders;
  readonly named: readonly NamedBlob[];
  readonly copied: Map<string, CopiedBlob>;
}

/**
 * Copies what has not been copied. A key always has the same bytes. Returns the blobs that are
 * missing.
 */
async function copyNew({ source, copy, named, copied }: Copying): Promise<readonly NamedBlob[]> {
  const [from, to] = [openCollections(source), openCollections(copy)];
  const missing: NamedBlob[] = [];
  for (const blob of named.filter((candidate) => !copied.has(blobPath(candidate)))) {
    const content = await copyBlob(from[blob.collection], to[blob.collection], blob.key);
    if (content === undefined) missing.push(blob);
    else copied.set(blobPath(blob), { ...blob, content });
  }
  return missing;
}

/** Removes blobs that were copied for an earlier snapshot and that the last one does not name. */
async function removeUnnamed(
  named: readonly NamedBlob[],
  copied: Map<string, CopiedBlob>,
  copy: Folders,
): Promise<void> {
  const to = openCollections(copy);
  const names = new Set(named.map(blobPath));
  for (const [path, { collection, key }] of [...copied].filter(([path]) => !names.has(path))) {
    await to[collection].remove([key]);
    copied.delete(path);
  }
}
