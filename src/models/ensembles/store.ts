import { sql } from 'kysely';
import type { Database, Queries } from '../../store/database/database.ts';
import type { ModelRow } from '../../store/database/tables.ts';
import type { StoredParameter } from '../stored/modelStore.ts';

/** The models of a project among those ids. */
export function findCandidates(
  database: Database,
  project: string,
  ids: readonly string[],
): Promise<readonly ModelRow[]> {
  return database.selectFrom('models').selectAll().where('project', '=', project).where('id', 'in', ids).execute();
}

/** The descriptions of an ensemble's members, in their order. */
export async function findMembers(database: Database, ensembleId: string): Promise<readonly string[]> {
  const rows = await database
    .selectFrom('ensembleMembers')
    .select('description')
    .where('ensembleId', '=', ensembleId)
    .orderBy('member')
    .execute();
  return rows.map(({ description }) => description);
}

/** The parameters of the member of that number, by layer and name. */
export function findMemberParameters(
  database: Database,
  ensembleId: string,
  member: number,
): Promise<readonly StoredParameter[]> {
  return database
    .selectFrom('ensembleParameters')
    .select(['layer', 'name', 'shape', 'bytes'])
    .where('ensembleId', '=', ensembleId)
    .where('member', '=', member)
    .orderBy('layer')
    .orderBy('name')
    .execute();
}

/** How many bytes the parameters of the models are. */
export async function parameterBytes(queries: Queries, modelIds: readonly string[]): Promise<number> {
  const { bytes } = await queries
    .selectFrom('parameters')
    .select(sql<number>`coalesce(sum(length(bytes)), 0)`.as('bytes'))
    .where('modelId', 'in', modelIds)
    .executeTakeFirstOrThrow();
  return bytes;
}

/** Makes a copy of the model the member of that number. False: there is no such model any more. */
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
