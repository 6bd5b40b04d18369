import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Folders, foldersOf } from '../../kit/folders.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { snapshotDatabase } from '../../store/snapshot.ts';
import { type Content, contentOf, copyHashed } from './copyHashed.ts';
import { DATABASE_PATH, type Manifest } from './manifest.ts';
import { forgetFiles, namedFiles, schemaOf } from './namedFiles.ts';

export interface CopiedData {
  readonly files: Manifest['files'];
  /** What the database named and was not there: the copy does not name it. */
  readonly missingFiles: readonly string[];
  /** The last migration of the database. */
  readonly schema: string;
}

/** A file that is deleted while others are copied costs one more look at the database. One that is missing so often is lost. */
const ROUNDS = 5;

/** Copies the database of the data folder as it is at one moment, and every file that it names then. `target` has the folders already. */
export async function copyData(data: string, target: string): Promise<CopiedData> {
  const [source, copy] = [foldersOf(data), foldersOf(target)];
  const copied = new Map<string, Content>();
  for (let round = 1; ; round++) {
    const { named, missing, schema } = await withSnapshot(source, copy, async (database) => {
      const named = await namedFiles(database);
      const missing = await copyNew({ data, target, named, copied });
      if (round === ROUNDS) await forgetFiles(database, missing);
      return { named, missing, schema: await schemaOf(database) };
    });
    if (missing.length > 0 && round < ROUNDS) continue;
    await removeUnnamed(named, copied, target);
    const files = [...copied].map(([path, content]) => ({ path, ...content }));
    return {
      files: [{ path: DATABASE_PATH, ...(await contentOf(copy.database)) }, ...files],
      missingFiles: missing,
      schema,
    };
  }
}

/** Opens a fresh copy of the database, brought up to this version. */
async function withSnapshot<Result>(
  source: Folders,
  copy: Folders,
  use: (database: Database) => Promise<Result>,
): Promise<Result> {
  await rm(copy.database, { force: true });
  snapshotDatabase(source.database, copy.database);
  const database = openDatabase(copy.database);
  try {
    return await use(database);
  } finally {
    await database.destroy();
  }
}

interface Copying {
  readonly data: string;
  readonly target: string;
  readonly named: readonly string[];
  readonly copied: Map<string, Content>;
}

/** Copies what is not copied yet: no name is ever used for other bytes. Answers those that are not there. */
async function copyNew({ data, target, named, copied }: Copying): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const path of named.filter((name) => !copied.has(name))) {
    try {
      copied.set(path, await copyHashed(join(data, path), join(target, path)));
    } catch (error) {
      if (!isMissing(error)) throw error;
      missing.push(path);
    }
  }
  return missing;
}

/** Removes what was copied and then deleted. */
async function removeUnnamed(named: readonly string[], copied: Map<string, Content>, target: string): Promise<void> {
  for (const path of [...copied.keys()].filter((name) => !named.includes(name))) {
    await rm(join(target, path));
    copied.delete(path);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
