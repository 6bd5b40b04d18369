import { ServiceError } from '../kit/contract/errors.ts';
import { MIN_TRIALS } from '../search/importance/importance.ts';
import type { SweepRow, TrialRow } from '../store/database/tables.ts';
import type { ComputeImportance } from './external/searchWorker.ts';
import { objectivesOf } from './request/objective.ts';
import { readSettings } from './request/settings.ts';
import type { SweepImportance } from './schemas.ts';

/** Which hyperparameters mattered, by the trials that have an objective; of several objectives the first. Throws `sweep_wrong_state` for too few. */
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
    const detail = `The sweep has ${trials.length} trials with an objective; importance takes ${MIN_TRIALS}: ask again when there are more.`;
    throw new ServiceError('sweep_wrong_state', detail);
  }
  const items = Object.entries(importances)
    .map(([parameter, importance]) => ({ parameter, importance }))
    .toSorted((a, b) => b.importance - a.importance);
  return { method: 'fanova', trials: trials.length, items };
}
