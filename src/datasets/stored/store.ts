import { readWithin, type Slice } from '../../kit/contract/pages.ts';
import type { Database, Queries } from '../../store/database.ts';
import { storedBytes } from '../../store/storedBytes.ts';
import type { DatasetRow } from '../../store/tables.ts';
import { textBytes } from '../../store/textBytes.ts';
import { quotaExceeded } from './quota.ts';

/** The states of a job that will still read its dataset. */
const NEEDS_DATASET = ['queued', 'running', 'paused'] as const;

/** How many need a dataset. */
export interface Users {
  readonly jobs: number;
  readonly sweeps: number;
}

/** What a list shows of a dataset: not its profile. */
const LISTED = ['id', 'name', 'state', 'rows', 'bytes', 'sha256', 'columnCount', 'createdAt', 'error'] as const;
export type ListedDatasetRow = Pick<DatasetRow, (typeof LISTED)[number]>;

/** Queries about datasets, named for what they answer. */
export interface DatasetStore {
  /** Throws ServiceError `stored_bytes_quota` when the project would then store more than `maxBytes`. */
  insert(row: DatasetRow, maxBytes: number | null): Promise<void>;
  /** Of whatever project, when none is named. */
  find(id: string, project?: string): Promise<DatasetRow | undefined>;
  /** What reading its rows needs. */
  findFile(id: string, project: string): Promise<Pick<DatasetRow, 'state' | 'file' | 'rows'> | undefined>;
  /** The newest of the project first; `after` is the id of the last one of the page before. */
  list(project: string, limit: number, after: string | null): Promise<Slice<ListedDatasetRow>>;
  /** A ready dataset that uses the file; of whatever project, when none is named. */
  findByFile(file: string, project?: string): Promise<DatasetRow | undefined>;
  /** The tables of all datasets. */
  files(): Promise<readonly string[]>;
  /** Ends the reading of a dataset. False: it was deleted meanwhile. */
  finish(id: string, outcome: Partial<DatasetRow>): Promise<boolean>;
  /** Fails, with this error, what was being read when the service stopped. */
  failProcessing(error: string): Promise<void>;
  /** Deletes the row and tells which file no dataset uses any more; or deletes nothing, because it is needed. */
  remove(id: string): Promise<{ readonly users: Users } | { readonly unusedFile: string | null }>;
}

export function createDatasetStore(database: Database): DatasetStore {
  return {
    async insert(row, maxBytes) {
      await database.transaction().execute(async (queries) => {
        // Before it is counted, so that of two at once one is too many.
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
