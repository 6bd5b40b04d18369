import type { Database } from '../../store/database/database.ts';
import type { IdempotencyKeyRow } from '../../store/database/tables.ts';

/** Whose key it is, and which. */
export type KeyOf = Pick<IdempotencyKeyRow, 'caller' | 'key'>;

/** Requests that came with a key, and what was answered to them. */
export interface IdempotencyStore {
  /** Writes the row of a new key, or answers the one that is there. */
  reserve(row: Omit<IdempotencyKeyRow, 'answer'>): Promise<IdempotencyKeyRow | undefined>;
  /** Makes `owner` work on a request that a dead process had begun. False: somebody was first. */
  reassign(key: KeyOf, dead: string, owner: string): Promise<boolean>;
  storeResponse(key: KeyOf, digest: string, answer: string): Promise<void>;
  /** Of a request that has made nothing: its key is free again. */
  release(key: KeyOf): Promise<void>;
}

/** Rows as old as `keptMs` count for nothing; the upkeep deletes them. */
export function createIdempotencyStore(database: Database, retentionMs: number): IdempotencyStore {
  return {
    reserve: (row) =>
      database.transaction().execute(async (transaction) => {
        const { caller, key } = row;
        await transaction
          .deleteFrom('idempotencyKeys')
          .where('caller', '=', caller)
          .where('key', '=', key)
          .where('createdAt', '<=', row.createdAt - retentionMs)
          .execute();
        const inserted = await transaction
          .insertInto('idempotencyKeys')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if ((inserted.numInsertedOrUpdatedRows ?? 0n) > 0n) return undefined;
        return transaction
          .selectFrom('idempotencyKeys')
          .selectAll()
          .where('caller', '=', caller)
          .where('key', '=', key)
          .executeTakeFirst();
      }),

    async reassign({ caller, key }, dead, owner) {
      const result = await database
        .updateTable('idempotencyKeys')
        .set({ owner })
        .where('caller', '=', caller)
        .where('key', '=', key)
        .where('owner', '=', dead)
        .where('answer', 'is', null)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },

    async storeResponse({ caller, key }, digest, answer) {
      await database
        .updateTable('idempotencyKeys')
        .set({ digest, answer })
        .where('caller', '=', caller)
        .where('key', '=', key)
        .execute();
    },

    async release({ caller, key }) {
      await database.deleteFrom('idempotencyKeys').where('caller', '=', caller).where('key', '=', key).execute();
    },
  };
}
