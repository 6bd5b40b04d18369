import { type Clock, isoTime } from '../../kit/clock.ts';
import type { Tenant } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { decodeKeysetCursor, encodeKeysetCursor } from '../../kit/contract/keysetCursor.ts';
import { firstOf, toPage } from '../../kit/contract/pages.ts';
import type { Page, PageQuery } from '../../kit/contract/wire.ts';
import type { Database } from '../../store/database/database.ts';
import type { AliasRow } from '../../store/database/tables.ts';
import { createModelLookup, modelNotFound } from '../stored/modelStore.ts';
import type { Alias } from './schemas.ts';
import { createAliasStore } from './store.ts';

/** Names of models. An alias can move to another model while clients use it. */
export interface Aliases {
  /**
   * Creates the alias or moves it. The model is named by id or by another alias. Throws
   * `model_not_found`.
   */
  put(name: string, idOrAlias: string): Promise<Alias>;
  /** Throws `alias_not_found`. */
  get(name: string): Promise<Alias>;
  list(query: PageQuery): Promise<Page<Alias>>;
  /** Throws `alias_not_found`. */
  remove(name: string): Promise<void>;
}

export interface AliasesDeps {
  readonly database: Database;
  readonly clock: Clock;
}

export function createAliases({ database, clock }: AliasesDeps, { project }: Tenant): Aliases {
  const store = createAliasStore(database, project);
  const models = createModelLookup(database, project);
  return {
    async put(name, idOrAlias) {
      const alias = { name, modelId: await models.id(idOrAlias), updatedAt: clock() };
      if (!(await store.put(alias))) throw modelNotFound(idOrAlias);
      return toAlias(alias);
    },
    async get(name) {
      const alias = await store.find(name);
      if (!alias) throw aliasNotFound(name);
      return toAlias(alias);
    },
    async list({ limit, after }) {
      const rows = await store.list(after === undefined ? undefined : decodeKeysetCursor(after), limit + 1);
      return toPage(firstOf(rows, limit), toAlias, ({ updatedAt: at, name }) => encodeKeysetCursor({ at, name }));
    },
    async remove(name) {
      if (!(await store.remove(name))) throw aliasNotFound(name);
    },
  };
}

function aliasNotFound(name: string): ServiceError {
  return new ServiceError('alias_not_found', `There is no alias ${JSON.stringify(name)}.`);
}

function toAlias({ name, modelId, updatedAt }: Omit<AliasRow, 'project'>): Alias {
  return { name, modelId, updatedAt: isoTime(updatedAt) };
}
