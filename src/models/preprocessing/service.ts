import type { Tenant } from '../../kit/contract/caller.ts';
import type { Database } from '../../store/database/database.ts';
import { findNetworks, firstOf } from '../stored/namedNetworks.ts';
import { membersJson, networkJson } from './preprocessingJson.ts';

export interface PreprocessingService {
  /**
   * The preprocessing as JSON text in chunks; for an ensemble, that of each member, or of one, from
   * 1. Throws `model_not_found`, and `member_not_found` if the model has no such member.
   */
  json(idOrAlias: string, member?: number): Promise<AsyncIterable<string>>;
}

export function createPreprocessing(
  { database }: { readonly database: Database },
  { project }: Tenant,
): PreprocessingService {
  return {
    async json(idOrAlias, member) {
      const { model, names } = await findNetworks(database, project, idOrAlias, member);
      if (names !== null) return membersJson(names, model.descriptions());
      return networkJson(await firstOf(model.descriptions()));
    },
  };
}
