import type { Tenant } from '../../kit/contract/caller.ts';
import type { Database } from '../../store/database/database.ts';
import { findNetworks, firstOf } from '../stored/namedNetworks.ts';
import { ensembleParametersJson, parametersJson } from './parametersJson.ts';

export interface Parameters {
  /**
   * The parameters as JSON text in chunks; for an ensemble, those of each member, or of one, from
   * 1. Throws `model_not_found`, and `member_not_found` if the model has no such member.
   */
  json(idOrAlias: string, member?: number): Promise<AsyncGenerator<string>>;
}

export function createParameters({ database }: { readonly database: Database }, { project }: Tenant): Parameters {
  return {
    async json(idOrAlias, member) {
      const { model, names } = await findNetworks(database, project, idOrAlias, member);
      if (names !== null) return ensembleParametersJson(names, model.networks());
      return parametersJson(await firstOf(model.networks()));
    },
  };
}
