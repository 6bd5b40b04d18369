import { ServiceError } from '../../kit/contract/errors.ts';
import type { Database, Queries } from '../../store/database/database.ts';
import type { ModelRow, ParameterRow } from '../../store/database/tables.ts';
import { readSummary } from './summary.ts';

/** The name and the shape of a parameter, without its bytes. */
export type ParameterShape = Pick<ParameterRow, 'layer' | 'name' | 'shape'>;

/** A parameter as the database stores it, of any model. */
export type StoredParameter = Omit<ParameterRow, 'modelId'>;

/** Finds the models of one project by id or alias. Both methods throw `model_not_found`. */
export interface ModelLookup {
  row(idOrAlias: string): Promise<ModelRow>;
  id(idOrAlias: string): Promise<string>;
}

export function createModelLookup(database: Database, project: string): ModelLookup {
  return {
    async row(idOrAlias) {
      const row = await named(database, project, idOrAlias).selectAll('models').executeTakeFirst();
      if (row === undefined) throw modelNotFound(idOrAlias);
      return row;
    },
    async id(idOrAlias) {
      const row = await named(database, project, idOrAlias).select('models.id').executeTakeFirst();
      if (row === undefined) throw modelNotFound(idOrAlias);
      return row.id;
    },
  };
}

/** An alias never looks like an id, so one query serves both. */
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

/** The error for a name that no model has. */
export function modelNotFound(idOrAlias: string): ServiceError {
  return new ServiceError('model_not_found', `There is no model ${JSON.stringify(idOrAlias)}, by id or by alias.`);
}

/** The model with that id, of any project. */
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

/** The shapes of the parameters of each model, by layer and name. */
export async function findShapes(
  queries: Queries,
  modelIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ParameterShape[]>> {
  const rows = await queries
    .selectFrom('parameters')
    .select(['modelId', 'layer', 'name', 'shape'])
    .where('modelId', 'in', modelIds)
    .orderBy('layer')
    .orderBy('name')
    .execute();
  return Map.groupBy(rows, ({ modelId }) => modelId);
}

/** The number of learned values of the stored model with that id; 0 if it was deleted. */
export async function countParameters(queries: Queries, modelId: string): Promise<number> {
  const model = await queries.selectFrom('models').select('summary').where('id', '=', modelId).executeTakeFirst();
  return model === undefined ? 0 : readSummary(model.summary).parameterCount;
}

/** Writes a model with its parameters, within the caller's transaction if it has one. */
export async function insertModel(
  queries: Queries,
  model: Omit<ModelRow, 'notes'>,
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

/**
 * The columns of a dataset and how each was parsed, both as JSON; undefined if the dataset was
 * deleted.
 */
export function findDatasetColumns(queries: Queries, id: string) {
  return queries.selectFrom('datasets').select(['columns', 'readAs']).where('id', '=', id).executeTakeFirst();
}

/** The storage limit of a project in bytes; null: no limit. */
export async function findStorageQuota(queries: Queries, project: string): Promise<number | null> {
  const row = await queries.selectFrom('projects').select('storedBytes').where('name', '=', project).executeTakeFirst();
  return row?.storedBytes ?? null;
}
