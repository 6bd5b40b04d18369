import type { Tenant } from '../../kit/contract/caller.ts';
import type { Database } from '../../store/database/database.ts';
import { readAnyDescription } from '../stored/description.ts';
import { createModelLookup } from '../stored/modelStore.ts';
import { openModel, readParameters } from '../stored/storedNetworks.ts';
import { ensembleParametersJson, parametersJson } from './parametersJson.ts';

export interface Parameters {
  /**
   * The parameters as JSON text in chunks; for an ensemble, those of each member. Throws
   * `model_not_found`.
   */
  json(idOrAlias: string): Promise<AsyncGenerator<string>>;
}

export function createParameters({ database }: { readonly database: Database }, { project }: Tenant): Parameters {
  const models = createModelLookup(database, project);
  return {
    async json(idOrAlias) {
      const row = await models.row(idOrAlias);
      const description = readAnyDescription(row.description);
      if ('members' in description) {
        return ensembleParametersJson(description.members, openModel(database, row, description).networks());
      }
      return parametersJson({ description, parameters: await readParameters(database, row.id) });
    },
  };
}
