import type { Database } from '../../store/database/database.ts';
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
