import { sql } from 'kysely';
import type { Database } from '../../store/database/database.ts';

/**
 * The files that the database names, as paths below its data folder. Checkpoints come first: they are replaced the soonest.
 */
export async function namedFiles(database: Database): Promise<readonly string[]> {
  const [checkpoints, datasets] = await Promise.all([
    database.selectFrom('checkpoints').select('file').execute(),
    database.selectFrom('datasets').select('file').distinct().where('file', 'is not', null).execute(),
  ]);
  return [...checkpoints.map(({ file }) => `checkpoints/${file}`), ...datasets.map(({ file }) => `datasets/${file}`)];
}

const MISSING_FILE = {
  code: 'invalid_file',
  message: 'The file of the dataset was gone when a backup was made: upload it again.',
};

/** Makes the database name none of the files any more, and say so of their datasets. */
export async function forgetFiles(database: Database, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const file = path.slice(path.indexOf('/') + 1);
    await database.deleteFrom('checkpoints').where('file', '=', file).execute();
    await database
      .updateTable('datasets')
      .set({ state: 'failed', file: null, error: JSON.stringify(MISSING_FILE) })
      .where('file', '=', file)
      .execute();
  }
}

/** The last migration that the database has seen. */
export async function schemaOf(database: Database): Promise<string> {
  const { rows } = await sql<{ name: string }>`SELECT max(name) AS name FROM migrations`.execute(database);
  return rows[0]?.name ?? '';
}
