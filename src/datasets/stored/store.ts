import { readWithin, type Slice } from '../../kit/contract/pages.ts';
import type { Database, Queries } from '../../store/database/database.ts';
import type { DatasetRow } from '../../store/database/tables.ts';
import { storedBytes } from '../../store/storedBytes.ts';
import { textBytes } from '../../store/textBytes.ts';
import { quotaExceeded } from './quota.ts';

/** States of jobs that will read their dataset. */
const NEEDS_DATASET = ['queued', 'running', 'paused'] as const;

/** Numbers of jobs and sweeps that need a dataset. */
export interface Users {
  readonly jobs: number;
  readonly sweeps: number;
}

/** The columns of a list, which has no profiles. */
const LISTED = ['id', 'name', 'state', 'rows', 'bytes', 'sha256', 'columnCount', 'createdAt', 'error'] as const;
export type ListedDatasetRow = Pick<DatasetRow, (typeof LISTED)[number]>;

/** Queries about datasets. Without a `project`, a query finds datasets of all projects. */
export interface DatasetStore {
  /** Throws ServiceError `stored_bytes_quota` when the project would exceed `maxBytes`. */
  insert(row: DatasetRow, maxBytes: number | null): Promise<void>;
  find(id: string, project?: string): Promise<DatasetRow | undefined>;
  /** The columns that reading its rows needs. */
  findFile(id: string, project: string): Promise<Pick<DatasetRow, 'state' | 'file' | 'rows'> | undefined>;
  /** Newest first; `after` is the last id of the previous page. */
  list(project: string, limit: number, after: string | null): Promise<Slice<ListedDatasetRow>>;
  /** A ready dataset that uses the file. */
  findByFile(file: string, project?: string): Promise<DatasetRow | undefined>;
  /** The file of every dataset. */
  files(): Promise<readonly string[]>;
  /** Records the outcome of an ingestion. Returns false when the dataset was deleted meanwhile. */
  finish(id: string, outcome: Partial<DatasetRow>): Promise<boolean>;
  /** Sets datasets whose ingestion was interrupted to `failed` with this error (JSON). */
  failProcessing(error: string): Promise<void>;
  /**
   * Deletes the row and returns the file that no dataset uses now. Deletes nothing while the
   * dataset is needed.
   */
  remove(id: string): Promise<{ readonly users: Users } | { readonly unusedFile: string | null }>;
}

export function createDatasetStore(database: Database): DatasetStore {
  return {
    async insert(row, maxBytes) {
      await database.transaction().execute(async (queries) => {
        // Inserted before the sum, so that one of two concurrent uploads exceeds the quota.
        await queries.insertInto('datasets').values(row).execute();
        if (maxBytes === null) return;
        if ((await storedBytes(queries, row.project)) > maxBytes) throw quotaExceeded(maxBytes);
      });
    },

    find(id, project) {
      const query = database.selectFrom('datasets').selectAll().where('id', '=', id);
      return (project === undefined ? query : query.where('project', '=', project)).executeTakeFirst();
    },

    findFile: (id, project) =>
      database
        .selectFrom('datasets')
        .select(['state', 'file', 'rows'])
        .where('id', '=', id)
        .where('project', '=', project)
        .executeTakeFirst(),

    list(project, limit, after) {
      const all = database.selectFrom('datasets').where('project', '=', project).orderBy('id', 'desc');
      const query = after === null ? all : all.where('id', '<', after);
      return readWithin({ sizes: query.select(textBytes('error').as('bytes')), rows: query.select(LISTED) }, limit);
    },

    findByFile(file, project) {
      const query = database.selectFrom('datasets').selectAll().where('file', '=', file).where('state', '=', 'ready');
      return (project === undefined ? query : query.where('project', '=', project)).executeTakeFirst();
    },

    async files() {
      const rows = await database
        .selectFrom('datasets')
        .select('file')
        .distinct()
        .where('file', 'is not', null)
        .execute();
      return rows.flatMap(({ file }) => file ?? []);
    },

    async finish(id, outcome) {
      const query = database
        .updateTable('datasets')
        .set(outcome)
        .where('id', '=', id)
        .where('state', '=', 'processing');
      return (await query.executeTakeFirst()).numUpdatedRows > 0n;
    },

    async failProcessing(error) {
      await database
        .updateTable('datasets')
        .set({ state: 'failed', error })
        .where('state', '=', 'processing')
        .execute();
    },

    remove(id) {
      return database.transaction().execute(async (queries) => {
        const users = { jobs: await countJobs(queries, id), sweeps: await countSweeps(queries, id) };
        if (users.jobs + users.sweeps > 0) return { users };
        const row = await queries.deleteFrom('datasets').where('id', '=', id).returning('file').executeTakeFirst();
        const file = row?.file ?? null;
        if (file === null) return { unusedFile: null };
        const other = await queries.selectFrom('datasets').select('id').where('file', '=', file).executeTakeFirst();
        return { unusedFile: other === undefined ? file : null };
      });
    },
  };
}

async function countJobs(queries: Queries, id: string): Promise<number> {
  const query = queries
    .selectFrom('jobs')
    .select((count) => count.fn.countAll<number>().as('jobs'))
    .where('datasetId', '=', id)
    .where('state', 'in', NEEDS_DATASET);
  return Number((await query.executeTakeFirstOrThrow()).jobs);
}

async function countSweeps(queries: Queries, id: string): Promise<number> {
  const query = queries
    .selectFrom('sweeps')
    .select((count) => count.fn.countAll<number>().as('sweeps'))
    .where('datasetId', '=', id)
    .where('state', 'in', ['running', 'paused']);
  return Number((await query.executeTakeFirstOrThrow()).sweeps);
}
