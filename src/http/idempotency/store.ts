import type { Database } from '../../store/database/database.ts';
import type { IdempotencyKeyRow } from '../../store/database/tables.ts';

/** A key and its caller. */
export type KeyOf = Pick<IdempotencyKeyRow, 'caller' | 'key'>;

/** Requests with a key, and their responses. */
export interface IdempotencyStore {
  /** Inserts the row of a new key, or returns the existing one. */
  reserve(row: Omit<IdempotencyKeyRow, 'response'>): Promise<IdempotencyKeyRow | undefined>;
  /** Makes `owner` continue a request of a dead process. False if another process was first. */
  reassign(key: KeyOf, dead: string, owner: string): Promise<boolean>;
  storeResponse(key: KeyOf, digest: string, response: string): Promise<void>;
  /** For a request that has created nothing: its key is free again. */
  release(key: KeyOf): Promise<void>;
}

/** Rows older than `keptMs` are ignored; maintenance deletes them. */
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
        .where('response', 'is', null)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },

    async storeResponse({ caller, key }, digest, response) {
      await database
        .updateTable('idempotencyKeys')
        .set({ digest, response })
        .where('caller', '=', caller)
        .where('key', '=', key)
        .execute();
    },

    async release({ caller, key }) {
      await database.deleteFrom('idempotencyKeys').where('caller', '=', caller).where('key', '=', key).execute();
    },
  };
}
