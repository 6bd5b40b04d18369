import type { Tenant } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import type { Database } from '../../store/database/database.ts';
import { createModelLookup } from '../stored/modelStore.ts';
import { findSplit } from '../stored/splitStore.ts';
import type { ModelSplit } from './splitPage.ts';

export interface Splits {
  /** Throws `model_not_found`, and `split_not_found` if no split is stored with the model. */
  get(idOrAlias: string): Promise<ModelSplit>;
}

export function createSplits({ database }: { readonly database: Database }, { project }: Tenant): Splits {
  const models = createModelLookup(database, project);
  return {
    async get(idOrAlias) {
      const { id, datasetId, splitId } = await models.row(idOrAlias);
      const split = splitId === null ? undefined : await findSplit(database, splitId);
      if (split === undefined) throw splitNotFound(id);
      return { modelId: id, datasetId, split };
    },
  };
}

function splitNotFound(id: string): ServiceError {
  return new ServiceError('split_not_found', `No split is stored with the model ${id}. Train it again to get one.`);
}
