import type { Database, Queries } from '../store/database.ts';
import type { DatasetRow } from '../store/tables.ts';

/** The states of a job that will still read its dataset. */
const NEEDS_DATASET = ['queued', 'running', 'paused'] as const;

/** The rows of the datasets. */
export type DatasetStore = ReturnType<typeof createDatasetStore>;

export function createDatasetStore(database: Database) {
  return {
    async insert(row: DatasetRow): Promise<void> {
      await database.insertInto('datasets').values(row).execute();
    },
    find(id: string): Promise<DatasetRow | undefined> {
      return database.selectFrom('datasets').selectAll().where('id', '=', id).executeTakeFirst();
    },
    /** The newest first; `after` is the id of the last one of the page before. */
    list(limit: number, after: string | null): Promise<DatasetRow[]> {
      const query = database.selectFrom('datasets').selectAll().orderBy('id', 'desc').limit(limit);
      return (after === null ? query : query.where('id', '<', after)).execute();
    },
    /** A ready dataset that uses the file. */
    findByFile(file: string): Promise<DatasetRow | undefined> {
      const query = database.selectFrom('datasets').selectAll().where('file', '=', file).where('state', '=', 'ready');
      return query.executeTakeFirst();
    },
    /** Ends the reading of a dataset; false when it was deleted meanwhile. */
    async finish(id: string, outcome: Partial<DatasetRow>): Promise<boolean> {
      const query = database
        .updateTable('datasets')
        .set(outcome)
        .where('id', '=', id)
        .where('state', '=', 'processing');
      return (await query.executeTakeFirst()).numUpdatedRows > 0n;
    },
    /** Fails what was being read when the service stopped. */
    async failProcessing(error: string): Promise<void> {
      await database
        .updateTable('datasets')
        .set({ state: 'failed', error })
        .where('state', '=', 'processing')
        .execute();
    },
    /** Deletes the row unless a job needs it: `gone`, with the file that no other dataset uses, or `in_use` by so many jobs. */
    remove(id: string): Promise<{ readonly jobs: number } | { readonly unusedFile: string | null }> {
      return database.transaction().execute(async (queries) => {
        const jobs = await countJobs(queries, id);
        if (jobs > 0) return { jobs };
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
