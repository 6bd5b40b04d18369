import { ServiceError } from '../kit/errors.ts';
import type { SweepRow, TrialRow } from '../store/tables.ts';
import type { Weigh } from './asking/thinker.ts';
import { LEAST_TRIALS } from './importance/importance.ts';
import { readSettings } from './request/settings.ts';
import type { SweepImportance } from './schemas.ts';

/** Which hyperparameters mattered, by the trials that have an objective; of several objectives the first. Throws `sweep_wrong_state` for too few. */
export async function sweepImportance(
  { request }: SweepRow,
  rows: readonly TrialRow[],
  weigh: Weigh,
): Promise<SweepImportance> {
  const trials = rows.map(({ parameters, objective: value }) => ({
    parameters: JSON.parse(parameters),
    objective: value,
  }));
  const importances = await weigh(readSettings(request), trials);
  const measured = trials.filter((trial) => trial.objective !== null).length;
  if (importances === null) {
    const detail = `The sweep has ${measured} trials with an objective; importance takes ${LEAST_TRIALS}: ask again when there are more.`;
    throw new ServiceError('sweep_wrong_state', detail);
  }
  const items = Object.entries(importances)
    .map(([parameter, importance]) => ({ parameter, importance }))
    .toSorted((a, b) => b.importance - a.importance);
  return { method: 'fanova', trials: measured, items };
}
