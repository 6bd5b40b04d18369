import { sql } from 'kysely';
import type { Database, Queries } from '../store/database.ts';
import type { AliasRow, ModelRow, ParameterRow } from '../store/tables.ts';

interface ModelFilter {
  readonly datasetId?: string | undefined;
  readonly jobId?: string | undefined;
  /** Only models older than this id. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** What a model's parameters are called and how large they are, without their bytes. */
export type ParameterShape = Pick<ParameterRow, 'layer' | 'name' | 'shape'>;

/** Where an alias stands in the list. */
export type AliasPlace = Pick<AliasRow, 'name' | 'updatedAt'>;

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
  findAlias(name: string): Promise<AliasRow | undefined>;
  /** Those moved last first, then by name. */
  listAliases(after: AliasPlace | undefined, limit: number): Promise<readonly AliasRow[]>;
  /** Makes the alias or moves it. False: there is no such model. */
  putAlias(alias: AliasRow): Promise<boolean>;
  /** False: it was not there. */
  removeAlias(name: string): Promise<boolean>;
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

    findAlias: (name) => database.selectFrom('aliases').selectAll().where('name', '=', name).executeTakeFirst(),

    listAliases(after, limit) {
      const query = database
        .selectFrom('aliases')
        .selectAll()
        .orderBy('updatedAt', 'desc')
        .orderBy('name')
        .limit(limit);
      if (after === undefined) return query.execute();
      const { name, updatedAt } = after;
      return query
        .where((eb) =>
          eb.or([eb('updatedAt', '<', updatedAt), eb.and([eb('updatedAt', '=', updatedAt), eb('name', '>', name)])]),
        )
        .execute();
    },

    async putAlias({ name, modelId, updatedAt }) {
      const result = await database
        .insertInto('aliases')
        .columns(['name', 'modelId', 'updatedAt'])
        .expression((eb) =>
          eb
            .selectFrom('models')
            .select([sql.val(name).as('name'), 'models.id', sql.val(updatedAt).as('updatedAt')])
            .where('models.id', '=', modelId),
        )
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ modelId, updatedAt }))
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async removeAlias(name) {
      const result = await database.deleteFrom('aliases').where('name', '=', name).executeTakeFirst();
      return result.numDeletedRows > 0n;
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
