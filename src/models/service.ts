import { readLabel } from '../jobs/submission/labels.ts';
import type { Tenant } from '../kit/contract/caller.ts';
import { ServiceError } from '../kit/contract/errors.ts';
import { idCursor, toPage } from '../kit/contract/pages.ts';
import { decodeCursor, type Page } from '../kit/contract/wire.ts';
import type { Database } from '../store/database/database.ts';
import type { Model, ModelChange, ModelSummary, ModelsQuery } from './schemas.ts';
import { createModelStore } from './store.ts';
import { createModelLookup, findShapes, modelNotFound } from './stored/modelStore.ts';
import { type ModelFacts, toModel, toModelSummary } from './view.ts';

export interface ModelsDeps {
  readonly database: Database;
  /** Removes a deleted model from memory. */
  readonly evict: (id: string) => void;
}

/**
 * The trained models of a tenant, named by id or alias. Throws `model_not_found` for a name that no
 * model has.
 */
export interface Models {
  list(query: ModelsQuery): Promise<Page<ModelSummary>>;
  get(idOrAlias: string): Promise<Model>;
  /** Changes the given fields. */
  change(idOrAlias: string, change: ModelChange): Promise<Model>;
  /**
   * `force` also deletes the aliases of the model. Throws `model_in_use` if it has any and `force`
   * is false.
   */
  remove(idOrAlias: string, force: boolean): Promise<void>;
}

/** Aliases that an error names. */
const MAX_NAMED_ALIASES = 5;

export function createModels({ database, evict }: ModelsDeps, { project }: Tenant): Models {
  const store = createModelStore(database, project);
  const models = createModelLookup(database, project);

  async function factsOf(ids: readonly string[]): Promise<(id: string) => ModelFacts> {
    const [aliases, labels] = await Promise.all([store.aliasesOf(ids), store.labelsOf(ids)]);
    return (id) => ({ aliases: aliases.get(id) ?? [], labels: labels.get(id) ?? {} });
  }

  async function get(idOrAlias: string): Promise<Model> {
    const row = await models.row(idOrAlias);
    const [shapes, facts] = await Promise.all([findShapes(database, [row.id]), factsOf([row.id])]);
    return toModel(row, shapes.get(row.id) ?? [], facts(row.id));
  }

  return {
    async list({ limit, after, label: labels = [], ...filter }) {
      const before = after === undefined ? undefined : decodeCursor(after);
      const slice = await store.list({ ...filter, labels: labels.map(readLabel), before, limit });
      const facts = await factsOf(slice.rows.map(({ id }) => id));
      return toPage(slice, (row) => toModelSummary(row, facts(row.id)), idCursor);
    },

    get,

    async change(idOrAlias, change) {
      const id = await models.id(idOrAlias);
      if (!(await store.change(id, change))) throw modelNotFound(idOrAlias);
      return get(id);
    },

    async remove(idOrAlias, force) {
      const id = await models.id(idOrAlias);
      const outcome = await store.remove(id, force);
      if ('aliases' in outcome) throw modelInUse(id, outcome.aliases);
      if (!outcome.removed) throw modelNotFound(idOrAlias);
      evict(id);
    },
  };
}

function modelInUse(id: string, aliases: readonly string[]): ServiceError {
  const named = aliases.slice(0, MAX_NAMED_ALIASES).join(', ');
  const others = aliases.length > MAX_NAMED_ALIASES ? ` and ${aliases.length - MAX_NAMED_ALIASES} more` : '';
  const detail = `The model ${id} has aliases: ${named}${others}.`;
  const advice = 'Point them at another model or delete them first, or pass force=true to delete them with the model.';
  return new ServiceError('model_in_use', `${detail} ${advice}`);
}
