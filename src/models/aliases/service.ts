import { type Clock, isoTime } from '../../kit/clock.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { decodeKeysetCursor, encodeKeysetCursor } from '../../kit/contract/keysetCursor.ts';
import { firstOf, toPage } from '../../kit/contract/pages.ts';
import type { Page, PageQuery } from '../../kit/contract/wire.ts';
import type { AliasRow } from '../../store/database/tables.ts';
import { modelNotFound } from '../stored/modelNotFound.ts';
import type { ModelStore } from '../stored/modelStore.ts';
import type { Alias } from './schemas.ts';
import type { AliasStore } from './store.ts';

/** Names for models, which can be moved from one to the next while clients go on asking for the name. */
export interface Aliases {
  /** Makes the alias or moves it; the model is named by its id or by another alias. Throws `model_not_found`. */
  put(name: string, idOrAlias: string): Promise<Alias>;
  /** Throws `alias_not_found`. */
  get(name: string): Promise<Alias>;
  list(query: PageQuery): Promise<Page<Alias>>;
  /** Throws `alias_not_found`. */
  remove(name: string): Promise<void>;
}

interface AliasesDeps {
  readonly store: AliasStore;
  /** Finds the model that a client names. */
  readonly models: Pick<ModelStore, 'idOf'>;
  readonly clock: Clock;
}

export function createAliases({ store, models, clock }: AliasesDeps): Aliases {
  return {
    async put(name, idOrAlias) {
      const modelId = await models.idOf(idOrAlias);
      if (modelId === undefined) throw modelNotFound(idOrAlias);
      const alias = { name, modelId, updatedAt: clock() };
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
