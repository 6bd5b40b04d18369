import { sql } from 'kysely';
import type { Database, Queries } from '../../store/database/database.ts';
import type { ModelRow } from '../../store/database/tables.ts';

/** The models of a project among those ids. */
export function findCandidates(
  database: Database,
  project: string,
  ids: readonly string[],
): Promise<readonly ModelRow[]> {
  return database.selectFrom('models').selectAll().where('project', '=', project).where('id', 'in', ids).execute();
}

/** The size of the parameters of the models, in bytes. */
export async function parameterBytes(queries: Queries, modelIds: readonly string[]): Promise<number> {
  const { bytes } = await queries
    .selectFrom('parameters')
    .select(sql<number>`coalesce(sum(length(bytes)), 0)`.as('bytes'))
    .where('modelId', 'in', modelIds)
    .executeTakeFirstOrThrow();
  return bytes;
}

/** The dataset and the split of a model now; both are null after the model was deleted. */
export async function findTrainingRows(
  queries: Queries,
  modelId: string,
): Promise<Pick<ModelRow, 'datasetId' | 'splitId'>> {
  const row = await queries
    .selectFrom('models')
    .select(['datasetId', 'splitId'])
    .where('id', '=', modelId)
    .executeTakeFirst();
  return row ?? { datasetId: null, splitId: null };
}

/**
 * Copies a model into an ensemble as the member of that number. False: the model does not exist
 * anymore.
 */
export async function copyMember(
  queries: Queries,
  ensembleId: string,
  member: number,
  modelId: string,
): Promise<boolean> {
  const position = [sql.val(ensembleId).as('ensembleId'), sql.val(member).as('member')] as const;
  const copied = await queries
    .insertInto('ensembleMembers')
    .columns(['ensembleId', 'member', 'description'])
    .expression((eb) =>
      eb
        .selectFrom('models')
        .select([...position, 'description'])
        .where('id', '=', modelId),
    )
    .executeTakeFirst();
  if (copied.numInsertedOrUpdatedRows !== 1n) return false;
  await queries
    .insertInto('ensembleParameters')
    .columns(['ensembleId', 'member', 'layer', 'name', 'shape', 'bytes'])
    .expression((eb) =>
      eb
        .selectFrom('parameters')
        .select([...position, 'layer', 'name', 'shape', 'bytes'])
        .where('modelId', '=', modelId),
    )
    .execute();
  return true;
}
