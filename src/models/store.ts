import { sql } from 'kysely';
import type { Label } from '../jobs/submission/labels.ts';
import { readWithin, type Slice } from '../kit/contract/pages.ts';
import type { Database, Queries } from '../store/database/database.ts';
import type { ModelRow } from '../store/database/tables.ts';
import { textBytes } from '../store/textBytes.ts';

interface ModelFilter {
  readonly datasetId?: string | undefined;
  readonly jobId?: string | undefined;
  /** Models must have all of them. */
  readonly labels: readonly Label[];
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

const labelBytes = sql<number>`(
  SELECT coalesce(sum(octet_length(name) + octet_length(value)), 0) FROM model_labels WHERE model_id = models.id
)`;

type Labels = Readonly<Record<string, string>>;

/** What a client can change about a model; undefined: it stays. */
interface Change {
  readonly name?: string | undefined;
  readonly notes?: string | undefined;
  readonly labels?: Labels | undefined;
}

/** Lists, changes and deletes the models of one project. */
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
  /** The labels of those models that have any. */
  labelsOf(modelIds: readonly string[]): Promise<ReadonlyMap<string, Labels>>;
  /** Whether the model exists. */
  change(id: string, change: Change): Promise<boolean>;
}

export function createModelStore(database: Database, project: string): ModelStore {
  return {
    list({ datasetId, jobId, labels, before, limit }) {
      let query = database.selectFrom('models').where('project', '=', project).orderBy('id', 'desc');
      if (datasetId !== undefined) query = query.where('datasetId', '=', datasetId);
      if (jobId !== undefined) query = query.where('jobId', '=', jobId);
      for (const { name, value } of labels) {
        query = query.where('id', 'in', (eb) =>
          eb.selectFrom('modelLabels').select('modelId').where('name', '=', name).where('value', '=', value),
        );
      }
      if (before !== undefined) query = query.where('id', '<', before);
      const sizes = query.select(sql<number>`${textBytes('summary')} + ${aliasBytes} + ${labelBytes}`.as('bytes'));
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

    async labelsOf(modelIds) {
      const rows = await database
        .selectFrom('modelLabels')
        .selectAll()
        .where('modelId', 'in', modelIds)
        .orderBy('name')
        .execute();
      const byModel = Map.groupBy(rows, ({ modelId }) => modelId);
      return new Map(
        [...byModel].map(([id, labels]) => [id, Object.fromEntries(labels.map(({ name, value }) => [name, value]))]),
      );
    },

    change: (id, { labels, ...columns }) =>
      database.transaction().execute(async (queries) => {
        // An update needs a column: the id stays.
        const update = queries.updateTable('models').set({ id, ...columns });
        const { numUpdatedRows } = await update.where('id', '=', id).where('project', '=', project).executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        if (labels !== undefined) await replaceLabels(queries, id, labels);
        return true;
      }),
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

async function replaceLabels(queries: Queries, modelId: string, labels: Labels): Promise<void> {
  await queries.deleteFrom('modelLabels').where('modelId', '=', modelId).execute();
  const rows = Object.entries(labels).map(([name, value]) => ({ modelId, name, value }));
  if (rows.length > 0) await queries.insertInto('modelLabels').values(rows).execute();
}
