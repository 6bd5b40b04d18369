import { sql } from 'kysely';
import type { KeysetPosition } from '../../kit/contract/keysetCursor.ts';
import type { Database } from '../../store/database/database.ts';
import type { AliasRow } from '../../store/database/tables.ts';

/** Queries on the aliases of one project. */
export interface AliasStore {
  find(name: string): Promise<AliasRow | undefined>;
  /** The last changed first, then by name. */
  list(after: KeysetPosition | undefined, limit: number): Promise<readonly AliasRow[]>;
  /** Creates the alias or moves it. False: the model does not exist. */
  put(alias: Omit<AliasRow, 'project'>): Promise<boolean>;
  /** False: the alias did not exist. */
  remove(name: string): Promise<boolean>;
}

export function createAliasStore(database: Database, project: string): AliasStore {
  return {
    find: (name) =>
      database
        .selectFrom('aliases')
        .selectAll()
        .where('project', '=', project)
        .where('name', '=', name)
        .executeTakeFirst(),

    list(after, limit) {
      const query = database
        .selectFrom('aliases')
        .selectAll()
        .where('project', '=', project)
        .orderBy('updatedAt', 'desc')
        .orderBy('name')
        .limit(limit);
      if (after === undefined) return query.execute();
      const { name, at: updatedAt } = after;
      return query
        .where((eb) =>
          eb.or([eb('updatedAt', '<', updatedAt), eb.and([eb('updatedAt', '=', updatedAt), eb('name', '>', name)])]),
        )
        .execute();
    },

    async put({ name, modelId, updatedAt }) {
      const result = await database
        .insertInto('aliases')
        .columns(['project', 'name', 'modelId', 'updatedAt'])
        .expression((eb) =>
          eb
            .selectFrom('models')
            .select(['models.project', sql.val(name).as('name'), 'models.id', sql.val(updatedAt).as('updatedAt')])
            .where('models.id', '=', modelId)
            .where('models.project', '=', project),
        )
        .onConflict((conflict) => conflict.columns(['project', 'name']).doUpdateSet({ modelId, updatedAt }))
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async remove(name) {
      const result = await database
        .deleteFrom('aliases')
        .where('project', '=', project)
        .where('name', '=', name)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}
