import { trialEpochs } from '../epochs.ts';
import type { SearchSettings } from '../search.ts';
import { objectivesOf } from './objective.ts';
import type { SweepSettings } from './schema.ts';

/** The settings as they were kept. */
export function readSettings(kept: string): SweepSettings {
  // Written from the type.
  return JSON.parse(kept);
}

/** What the search has to know of a sweep. */
export function searchSettingsOf(settings: SweepSettings): SearchSettings {
  const { job, space, search, objective, parallel, pruning, completion } = settings;
  return {
    space,
    ...search,
    parallel,
    pruning,
    objectives: objectivesOf(objective),
    // Nobody asks how many epochs a trial has that runs elsewhere.
    epochs: job === null ? { of: () => 1, most: 1 } : trialEpochs(job, space, usualEpochs(settings)),
    target: completion.target,
    patience: completion.trialsWithoutProgress,
  };
}

function usualEpochs({ usual }: SweepSettings): number {
  const training = usual?.training;
  const epochs =
    typeof training === 'object' && training !== null && 'epochs' in training ? training.epochs : undefined;
  return typeof epochs === 'number' ? epochs : 1;
}
