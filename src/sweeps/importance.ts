import { ServiceError } from '../kit/errors.ts';
import type { SweepRow, TrialRow } from '../store/tables.ts';
import { leastTrials, pedAnova } from './pedAnova.ts';
import { objectivesOf } from './request/objective.ts';
import { readSettings } from './request/settings.ts';
import type { SweepImportance } from './schemas.ts';
import { compileSpace } from './space/space.ts';

/** Which hyperparameters mattered, by the trials that have an objective; of several objectives the first. Throws `sweep_wrong_state` for too few. */
export function importanceOf({ request }: SweepRow, trials: readonly TrialRow[]): SweepImportance {
  const settings = readSettings(request);
  const [{ goal }] = objectivesOf(settings.objective);
  const measured = trials.flatMap(({ parameters, objective }) =>
    objective === null
      ? []
      : [{ parameters: JSON.parse(parameters), loss: goal === 'minimize' ? objective : -objective }],
  );
  const importances = pedAnova(compileSpace(settings.space), measured);
  if (importances === null) {
    const detail = `The sweep has ${measured.length} trials with an objective; importance takes ${leastTrials}: ask again when there are more.`;
    throw new ServiceError('sweep_wrong_state', detail);
  }
  const items = Object.entries(importances)
    .map(([parameter, importance]) => ({ parameter, importance }))
    .toSorted((a, b) => b.importance - a.importance);
  return { method: 'pedAnova', trials: measured.length, items };
}
