import type { Clock } from '../kit/clock.ts';
import type { Tenant } from '../kit/contract/caller.ts';
import { ServiceError } from '../kit/contract/errors.ts';
import type { Ensembles } from '../models/ensembles/service.ts';
import type { Database } from '../store/database/database.ts';
import type { SweepRow } from '../store/database/tables.ts';
import { objectivesOf } from './request/objective.ts';
import { readSettings } from './request/settings.ts';
import type { EnsembleRequest } from './schemas.ts';
import { createTrialStore } from './trials/trialStore.ts';

export interface BestModelsDeps {
  readonly database: Database;
  readonly ensembles: (tenant: Tenant) => Ensembles;
  readonly clock: Clock;
}

/**
 * Saves an ensemble of the models of the best trials and returns its id. Throws ServiceError
 * `sweep_wrong_state` if fewer than two trials have a model, and as `Ensembles` does.
 */
export async function saveBestModels(
  { database, ensembles }: BestModelsDeps,
  tenant: Tenant,
  sweep: SweepRow,
  { trials, name, id }: EnsembleRequest & { readonly id: string | undefined },
): Promise<string> {
  const [objective] = objectivesOf(readSettings(sweep.request).objective);
  const ranked = await createTrialStore(database).ranked(sweep.id, objective.goal);
  const models = ranked.flatMap(({ modelId }) => modelId ?? []);
  if (models.length < 2) throw tooFewModels(models.length);
  const members = models.slice(0, trials);
  return ensembles(tenant).create({ id, name: name ?? `${sweep.name}-best-${members.length}`, members });
}

function tooFewModels(have: number): ServiceError {
  const detail = `An ensemble needs the models of at least 2 trials, and the sweep has ${have}. Retry when more trials have succeeded.`;
  return new ServiceError('sweep_wrong_state', detail);
}
