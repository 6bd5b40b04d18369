import type { Database, Queries } from '../../store/database/database.ts';
import type { StoredParameter } from './modelStore.ts';

/** The descriptions of an ensemble's members, in order. */
export async function findMembers(database: Database, ensembleId: string): Promise<readonly string[]> {
  const rows = await database
    .selectFrom('ensembleMembers')
    .select('description')
    .where('ensembleId', '=', ensembleId)
    .orderBy('member')
    .execute();
  return rows.map(({ description }) => description);
}

interface NewMember {
  readonly ensembleId: string;
  /** From 1. */
  readonly member: number;
  readonly description: string;
}

/** Writes a member of an ensemble with its parameters, within the caller's transaction. */
export async function insertMember(
  queries: Queries,
  member: NewMember,
  parameters: readonly StoredParameter[],
): Promise<void> {
  await queries.insertInto('ensembleMembers').values(member).execute();
  for (const parameter of parameters) {
    await queries
      .insertInto('ensembleParameters')
      .values({ ...parameter, ensembleId: member.ensembleId, member: member.member })
      .execute();
  }
}

/** The parameters of one member, by layer and name. Members are numbered from 1. */
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
