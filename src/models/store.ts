import type { Database, Queries } from '../store/database.ts';
import type { ModelRow, ParameterRow } from '../store/tables.ts';

interface ModelFilter {
  readonly datasetId?: string | undefined;
  readonly jobId?: string | undefined;
  /** Only models older than this id. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** What a model's parameters are called and how large they are, without their bytes. */
export type ParameterShape = Pick<ParameterRow, 'layer' | 'name' | 'shape'>;

/** Queries about models, named for what they answer. */
export interface ModelStore {
  /** By its id or by an alias. */
  find(idOrAlias: string): Promise<ModelRow | undefined>;
  /** The id of the model of that id or alias. */
  idOf(idOrAlias: string): Promise<string | undefined>;
  /** Newest first. */
  list(filter: ModelFilter): Promise<readonly ModelRow[]>;
  /** False: it was not there. */
  remove(id: string): Promise<boolean>;
  /** By layer and name. */
  parameters(modelId: string): Promise<readonly ParameterRow[]>;
  shapes(modelIds: readonly string[]): Promise<ReadonlyMap<string, readonly ParameterShape[]>>;
  aliasesOf(modelIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
}

export function createModelStore(database: Database): ModelStore {
  return {
    find: (idOrAlias) => named(database, idOrAlias).selectAll('models').executeTakeFirst(),

    async idOf(idOrAlias) {
      const row = await named(database, idOrAlias).select('models.id').executeTakeFirst();
      return row?.id;
    },

    list({ datasetId, jobId, before, limit }) {
      let query = database.selectFrom('models').selectAll().orderBy('id', 'desc').limit(limit);
      if (datasetId !== undefined) query = query.where('datasetId', '=', datasetId);
      if (jobId !== undefined) query = query.where('jobId', '=', jobId);
      if (before !== undefined) query = query.where('id', '<', before);
      return query.execute();
    },

    async remove(id) {
      const result = await database.deleteFrom('models').where('id', '=', id).executeTakeFirst();
      return result.numDeletedRows > 0n;
    },

    parameters: (modelId) =>
      database
        .selectFrom('parameters')
        .selectAll()
        .where('modelId', '=', modelId)
        .orderBy('layer')
        .orderBy('name')
        .execute(),

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

/** Writes a model with its parameters; within the caller's transaction, when it has one. */
export async function insertModel(
  queries: Queries,
  model: ModelRow,
  parameters: readonly Omit<ParameterRow, 'modelId'>[],
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
function named(database: Database, idOrAlias: string) {
  return database
    .selectFrom('models')
    .where((eb) =>
      eb.or([
        eb('models.id', '=', idOrAlias),
        eb('models.id', '=', eb.selectFrom('aliases').select('modelId').where('name', '=', idOrAlias)),
      ]),
    );
}
