import { MAX_EXTERNAL_EPOCHS } from '../../search/pruners/maxEpochs.ts';
import type { SearchSettings } from '../../search/search.ts';
import { type TrialEpochs, trialEpochs } from '../../search/trialEpochs.ts';
import { fromJson } from '../../store/database/json.ts';
import { objectivesOf } from './objective.ts';
import type { SweepSettings } from './schema.ts';

/** Reads the stored settings of a sweep. */
export function readSettings(stored: string): SweepSettings {
  // Written from this type.
  return fromJson(stored);
}

/** The settings of the search of a sweep. */
export function searchSettingsOf(settings: SweepSettings): SearchSettings {
  const { space, search, objective, parallel, pruning, completion } = settings;
  return {
    space,
    ...search,
    parallel,
    pruning,
    objectives: objectivesOf(objective),
    canPause: !settings.external,
    epochs: epochsOf(settings),
    target: completion.target,
    patience: completion.trialsWithoutProgress,
  };
}

function epochsOf(settings: SweepSettings): TrialEpochs {
  const { job, space, external } = settings;
  if (job !== null && !external) return trialEpochs(job, space, defaultEpochs(settings));
  const max = externalEpochs(settings);
  return { of: () => max, max };
}

/**
 * The maximum number of epochs of an external trial. Without pruning the client need not set it.
 */
export function externalEpochs({ pruning }: SweepSettings): number {
  return pruning?.maxEpochs ?? MAX_EXTERNAL_EPOCHS;
}

function defaultEpochs({ defaults }: SweepSettings): number {
  const training = defaults?.training;
  const epochs =
    typeof training === 'object' && training !== null && 'epochs' in training ? training.epochs : undefined;
  return typeof epochs === 'number' ? epochs : 1;
}
