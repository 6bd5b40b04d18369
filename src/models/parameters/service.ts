import type { Tenant } from '../../kit/contract/caller.ts';
import type { Database } from '../../store/database/database.ts';
import { assertMember } from '../stored/chosenMember.ts';
import { readAnyDescription } from '../stored/description.ts';
import type { EnsembleDescription } from '../stored/ensembleDescription.ts';
import { createModelLookup } from '../stored/modelStore.ts';
import { openModel, readMemberNetwork, readParameters } from '../stored/storedNetworks.ts';
import { ensembleParametersJson, type MemberName, parametersJson } from './parametersJson.ts';

export interface Parameters {
  /**
   * The parameters as JSON text in chunks; for an ensemble, those of each member, or of one, from
   * 1. Throws `model_not_found`, and `member_not_found` if the model has no such member.
   */
  json(idOrAlias: string, member?: number): Promise<AsyncGenerator<string>>;
}

export function createParameters({ database }: { readonly database: Database }, { project }: Tenant): Parameters {
  const models = createModelLookup(database, project);
  return {
    async json(idOrAlias, member) {
      const row = await models.row(idOrAlias);
      const description = readAnyDescription(row.description);
      if (member !== undefined) {
        assertMember(row.id, description, member);
        return parametersJson(await readMemberNetwork(database, row.id, member));
      }
      if ('members' in description) {
        return ensembleParametersJson(namesOf(description), openModel(database, row, description).networks());
      }
      return parametersJson({ description, parameters: await readParameters(database, row.id) });
    },
  };
}

function namesOf({ members, snapshots }: EnsembleDescription): readonly MemberName[] {
  return members?.map((modelId) => ({ modelId })) ?? snapshots?.map(({ member, epoch }) => ({ member, epoch })) ?? [];
}
