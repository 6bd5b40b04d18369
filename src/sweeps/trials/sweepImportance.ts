import { ServiceError } from '../../kit/contract/errors.ts';
import { type Importances, MIN_TRIALS } from '../../search/importance/importance.ts';
import type { ImportanceRequest } from '../../search/importance/importanceThread.ts';
import type { SweepRow, TrialRow } from '../../store/database/tables.ts';
import { objectivesOf } from '../request/objective.ts';
import { readSettings } from '../request/settings.ts';
import type { SweepImportance } from './schemas.ts';

/** The importance of each hyperparameter; null if there are too few trials. */
export type ComputeImportance = (trials: ImportanceRequest) => Promise<Importances | null>;

/**
 * The importance of each hyperparameter for the first objective, from the trials that have one.
 * Throws ServiceError `sweep_wrong_state` for too few trials.
 */
export async function sweepImportance(
  { request }: SweepRow,
  rows: readonly TrialRow[],
  computeImportance: ComputeImportance,
): Promise<SweepImportance> {
  const { space, objective } = readSettings(request);
  const trials = rows.flatMap(({ parameters, objective: value }) =>
    value === null ? [] : [{ parameters, objective: value }],
  );
  const importances = await computeImportance({ space, objective: objectivesOf(objective)[0], trials });
  if (importances === null) {
    const detail = `The importance needs ${MIN_TRIALS} trials with an objective, and the sweep has ${trials.length}. Retry when more trials have ended.`;
    throw new ServiceError('sweep_wrong_state', detail);
  }
  const items = Object.entries(importances)
    .map(([parameter, importance]) => ({ parameter, importance }))
    .toSorted((a, b) => b.importance - a.importance);
  return { method: 'fanova', trials: trials.length, items };
}
