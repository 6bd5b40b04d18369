import { DEFAULT_PROJECT } from '../kit/contract/caller.ts';
import type { Database, Queries } from '../store/database/database.ts';
import type { KeyRow, ProjectRow } from '../store/database/tables.ts';

/** A key with the quotas of its project. */
export type KeyWithQuotas = KeyRow & Pick<ProjectRow, 'runningJobs' | 'queuedJobs' | 'storedBytes' | 'predictRows'>;

interface KeyFilter {
  /** Undefined: of all projects. */
  readonly project?: string | undefined;
  /** Only keys older than this id. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** Queries about keys, named after their results. */
export interface KeyStore {
  /** Whether there has ever been a key: rows of revoked keys stay. */
  any(): Promise<boolean>;
  /**
   * Inserts the key, unless `check` throws. Its argument is whether this is the first key; no other
   * process can insert one in between.
   */
  insert(row: KeyRow, check: (isFirst: boolean) => void): Promise<void>;
  find(id: string): Promise<KeyRow | undefined>;
  findByPrefix(prefix: string): Promise<readonly KeyWithQuotas[]>;
  /** Newest first. */
  list(filter: KeyFilter): Promise<readonly KeyRow[]>;
  /**
   * Revokes the key, unless `check` throws. Its argument is whether this is the last valid admin
   * key of the project `default`. A revoked key keeps its time and is not checked.
   */
  revoke(id: string, now: number, check: (isLastAdmin: boolean) => void): Promise<void>;
  /** Stores a use at `now`, unless one since `after` is stored. */
  touch(id: string, now: number, after: number): Promise<void>;
  /** Those of the ids that are no longer valid. */
  invalid(ids: readonly string[], now: number): Promise<readonly string[]>;
}

export function createKeyStore(database: Database): KeyStore {
  // Used with every request, so they are built once.
  const firstKey = database.selectFrom('keys').select('id').limit(1).compile();
  const byPrefix = database
    .selectFrom('keys')
    .innerJoin('projects', 'projects.name', 'keys.project')
    .selectAll('keys')
    .select(['projects.runningJobs', 'projects.queuedJobs', 'projects.storedBytes', 'projects.predictRows'])
    .where('keys.prefix', '=', '')
    .compile();

  return {
    async any() {
      return (await database.executeQuery(firstKey)).rows.length > 0;
    },

    insert: (row, check) =>
      database.transaction().execute(async (transaction) => {
        check((await transaction.executeQuery(firstKey)).rows.length === 0);
        await transaction.insertInto('keys').values(row).execute();
      }),

    find: (id) => database.selectFrom('keys').selectAll().where('id', '=', id).executeTakeFirst(),

    async findByPrefix(prefix) {
      return (await database.executeQuery<KeyWithQuotas>({ ...byPrefix, parameters: [prefix] })).rows;
    },

    list({ project, before, limit }) {
      let query = database.selectFrom('keys').selectAll().orderBy('id', 'desc').limit(limit);
      if (project !== undefined) query = query.where('project', '=', project);
      if (before !== undefined) query = query.where('id', '<', before);
      return query.execute();
    },

    revoke: (id, now, check) =>
      database.transaction().execute(async (transaction) => {
        const admins = await validAdmins(transaction, now);
        check(admins.length === 1 && admins[0] === id);
        await transaction
          .updateTable('keys')
          .set({ revokedAt: now })
          .where('id', '=', id)
          .where('revokedAt', 'is', null)
          .execute();
      }),

    async touch(id, now, after) {
      await database
        .updateTable('keys')
        .set({ lastUsedAt: now })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('lastUsedAt', 'is', null), eb('lastUsedAt', '<=', after)]))
        .execute();
    },

    async invalid(ids, now) {
      const rows = await database
        .selectFrom('keys')
        .select('id')
        .where('id', 'in', ids)
        .where('revokedAt', 'is', null)
        .where((eb) => eb.or([eb('expiresAt', 'is', null), eb('expiresAt', '>', now)]))
        .execute();
      const valid = new Set(rows.map(({ id }) => id));
      return ids.filter((id) => !valid.has(id));
    },
  };
}

/** The ids of the keys that can administer the whole service. */
async function validAdmins(queries: Queries, now: number): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('keys')
    .select('id')
    .where('project', '=', DEFAULT_PROJECT)
    .where('scopes', 'like', '%"admin"%')
    .where('revokedAt', 'is', null)
    .where((eb) => eb.or([eb('expiresAt', 'is', null), eb('expiresAt', '>', now)]))
    .limit(2)
    .execute();
  return rows.map(({ id }) => id);
}
