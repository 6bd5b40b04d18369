import { sql } from 'kysely';
import { readWithin, type Slice } from '../../kit/contract/pages.ts';
import type { Database, Queries } from '../../store/database/database.ts';
import type { ModelRow, ParameterRow } from '../../store/database/tables.ts';
import { textBytes } from '../../store/textBytes.ts';

interface ModelFilter {
  readonly datasetId?: string | undefined;
  readonly jobId?: string | undefined;
  /** Only models older than this id. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** What a model's parameters are called and how large they are, without their bytes. */
export type ParameterShape = Pick<ParameterRow, 'layer' | 'name' | 'shape'>;

/** A parameter as the database has it, of whichever model. */
export type StoredParameter = Omit<ParameterRow, 'modelId'>;

/** What a list shows of a model: not its description. */
const LISTED = ['id', 'name', 'jobId', 'datasetId', 'createdAt', 'task', 'target', 'sha256', 'summary'] as const;
export type ListedModelRow = Pick<ModelRow, (typeof LISTED)[number]>;

const aliasBytes = sql<number>`(
  SELECT coalesce(sum(octet_length(name)), 0) FROM aliases WHERE model_id = models.id
)`;

/** Queries about the models of one project, named for what they answer; parameters and aliases are asked for by ids of its models. */
export interface ModelStore {
  /** By its id or by an alias. */
  find(idOrAlias: string): Promise<ModelRow | undefined>;
  /** The id of the model of that id or alias. */
  idOf(idOrAlias: string): Promise<string | undefined>;
  /** Newest first. */
  list(filter: ModelFilter): Promise<Slice<ListedModelRow>>;
  /** With `force` its aliases are deleted too; otherwise nothing is deleted while there are any, and they are answered. */
  remove(id: string, force: boolean): Promise<{ readonly removed: boolean } | { readonly aliases: readonly string[] }>;
  shapes(modelIds: readonly string[]): Promise<ReadonlyMap<string, readonly ParameterShape[]>>;
  aliasesOf(modelIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
}

export function createModelStore(database: Database, project: string): ModelStore {
  return {
    find: (idOrAlias) => named(database, project, idOrAlias).selectAll('models').executeTakeFirst(),

    async idOf(idOrAlias) {
      const row = await named(database, project, idOrAlias).select('models.id').executeTakeFirst();
      return row?.id;
    },

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
        const aliases = force ? [] : await aliasesOfModel(queries, id);
        if (aliases.length > 0) return { aliases };
        const query = queries.deleteFrom('models').where('id', '=', id).where('project', '=', project);
        return { removed: (await query.executeTakeFirst()).numDeletedRows > 0n };
      }),

    async shapes(modelIds) {
      const rows = await database
        .selectFrom('parameters')
        .select(['modelId', 'layer', 'name', 'shape'])
        .where('modelId', 'in', modelIds)
        .orderBy('layer')
        .orderBy('name')
        .execute();
      return Map.groupBy(rows, ({ modelId }) => modelId);
    },

    async aliasesOf(modelIds) {
      const rows = await database
        .selectFrom('aliases')
        .select(['name', 'modelId'])
        .where('modelId', 'in', modelIds)
        .orderBy('name')
        .execute();
      const byModel = Map.groupBy(rows, ({ modelId }) => modelId);
      return new Map([...byModel].map(([modelId, aliases]) => [modelId, aliases.map(({ name }) => name)]));
    },
  };
}

async function aliasesOfModel(queries: Queries, id: string): Promise<readonly string[]> {
  const rows = await queries.selectFrom('aliases').select('name').where('modelId', '=', id).orderBy('name').execute();
  return rows.map(({ name }) => name);
}

/** The model of that id, of whatever project. */
export function findModel(database: Database, id: string): Promise<ModelRow | undefined> {
  return database.selectFrom('models').selectAll().where('id', '=', id).executeTakeFirst();
}

/** By layer and name. */
export function findParameters(database: Database, modelId: string): Promise<readonly StoredParameter[]> {
  return database
    .selectFrom('parameters')
    .select(['layer', 'name', 'shape', 'bytes'])
    .where('modelId', '=', modelId)
    .orderBy('layer')
    .orderBy('name')
    .execute();
}

/** Writes a model with its parameters; within the caller's transaction, when it has one. */
export async function insertModel(
  queries: Queries,
  model: ModelRow,
  parameters: readonly StoredParameter[],
): Promise<void> {
  await queries.insertInto('models').values(model).execute();
  for (const parameter of parameters) {
    await queries
      .insertInto('parameters')
      .values({ ...parameter, modelId: model.id })
      .execute();
  }
}

/** Names of aliases never look like ids of models, so one look-up serves both. */
function named(database: Database, project: string, idOrAlias: string) {
  return database
    .selectFrom('models')
    .where('models.project', '=', project)
    .where((eb) => {
      const alias = eb
        .selectFrom('aliases')
        .select('modelId')
        .where('aliases.project', '=', project)
        .where('aliases.name', '=', idOrAlias);
      return eb.or([eb('models.id', '=', idOrAlias), eb('models.id', '=', alias)]);
    });
}
