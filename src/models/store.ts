import { sql } from 'kysely';
import { readWithin, type Slice } from '../kit/contract/pages.ts';
import type { Database, Queries } from '../store/database/database.ts';
import type { ModelRow } from '../store/database/tables.ts';
import { textBytes } from '../store/textBytes.ts';

interface ModelFilter {
  readonly datasetId?: string | undefined;
  readonly jobId?: string | undefined;
  /** Only models older than this id. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** The fields of a model that a list shows, without its description. */
const LISTED = ['id', 'name', 'jobId', 'datasetId', 'createdAt', 'task', 'target', 'sha256', 'summary'] as const;
export type ListedModelRow = Pick<ModelRow, (typeof LISTED)[number]>;

type Removal = { readonly removed: boolean } | { readonly aliases: readonly string[] };

const aliasBytes = sql<number>`(
  SELECT coalesce(sum(octet_length(name)), 0) FROM aliases WHERE model_id = models.id
)`;

/** Lists and deletes the models of one project. */
export interface ModelStore {
  /** Newest first. */
  list(filter: ModelFilter): Promise<Slice<ListedModelRow>>;
  /**
   * `force` also deletes the aliases. Without it a model that has aliases is not deleted, and the
   * result has them.
   */
  remove(id: string, force: boolean): Promise<Removal>;
  /** The aliases of each of the project's models. */
  aliasesOf(modelIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
}

export function createModelStore(database: Database, project: string): ModelStore {
  return {
    list({ datasetId, jobId, before, limit }) {
      let query = database.selectFrom('models').where('project', '=', project).orderBy('id', 'desc');
      if (datasetId !== undefined) query = query.where('datasetId', '=', datasetId);
      if (jobId !== undefined) query = query.where('jobId', '=', jobId);
      if (before !== undefined) query = query.where('id', '<', before);
      const sizes = query.select(sql<number>`${textBytes('summary')} + ${aliasBytes}`.as('bytes'));
      return readWithin({ sizes, rows: query.select(LISTED) }, limit);
    },

    remove: (id, force) =>
      database.transaction().execute(async (queries) => {
        const aliases = force ? [] : ((await findAliases(queries, [id])).get(id) ?? []);
        if (aliases.length > 0) return { aliases };
        const query = queries.deleteFrom('models').where('id', '=', id).where('project', '=', project);
        return { removed: (await query.executeTakeFirst()).numDeletedRows > 0n };
      }),

    aliasesOf: (modelIds) => findAliases(database, modelIds),
  };
}

async function findAliases(
  queries: Queries,
  modelIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await queries
    .selectFrom('aliases')
    .select(['name', 'modelId'])
    .where('modelId', 'in', modelIds)
    .orderBy('name')
    .execute();
  const byModel = Map.groupBy(rows, ({ modelId }) => modelId);
  return new Map([...byModel].map(([modelId, aliases]) => [modelId, aliases.map(({ name }) => name)]));
}
