import { sql } from 'kysely';
import type { Database } from '../../store/database/database.ts';
import { toJson } from '../../store/database/json.ts';
import type { NamedBlob } from './blobPath.ts';

/** Queries about what a backup contains. */
export interface BackupStore {
  /**
   * Every blob that the database names. Checkpoints come first, because they are replaced soonest.
   */
  namedBlobs(): Promise<readonly NamedBlob[]>;
  /** Removes the names of missing blobs. Their datasets become `failed`. */
  forgetBlobs(missing: readonly NamedBlob[]): Promise<void>;
  /** The last migration of the database. */
  schema(): Promise<string>;
}

const MISSING_FILE = {
  code: 'invalid_file',
  message: 'The file of the dataset was missing when a backup was made. Upload it again.',
};

export function createBackupStore(database: Database): BackupStore {
  return {
    async namedBlobs() {
      const [checkpoints, datasets] = await Promise.all([
        database.selectFrom('checkpoints').select('file').execute(),
        database.selectFrom('datasets').select('file').distinct().execute(),
      ]);
      return [
        ...checkpoints.map(({ file }) => ({ collection: 'checkpoints' as const, key: file })),
        ...datasets.flatMap(({ file }) => (file === null ? [] : { collection: 'datasets' as const, key: file })),
      ];
    },

    async forgetBlobs(missing) {
      for (const { collection, key } of missing) {
        if (collection === 'checkpoints') {
          await database.deleteFrom('checkpoints').where('file', '=', key).execute();
        } else {
          const error = toJson(MISSING_FILE);
          await database
            .updateTable('datasets')
            .set({ state: 'failed', file: null, error })
            .where('file', '=', key)
            .execute();
        }
      }
    },

    async schema() {
      const { rows } = await sql<{ name: string }>`SELECT max(name) AS name FROM migrations`.execute(database);
      return rows[0]?.name ?? '';
    },
  };
}
