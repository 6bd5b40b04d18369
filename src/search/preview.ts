import { estimateEpochs } from './pruners.ts';
import { SAMPLERS } from './samplers.ts';
import { type SearchSettings, sizeOf } from './search.ts';
import { compileSpace, type Parameters, type Point, parametersAt } from './space/space.ts';

/** tpe and gp learn nothing from the first 10 trials, so these do not depend on results. */
const MAX_PREVIEWED = 10;

export interface SearchPreview {
  /**
   * The maximum number of trials, limited to the size of a grid. An end condition can end the
   * search earlier.
   */
  readonly trials: number;
  /** The parameters of the first trials. */
  readonly first: readonly Parameters[];
  /** The sum of the epochs of all trials if none is pruned. */
  readonly maxEpochs: number;
  /** The estimated sum with pruning; null without pruning, or if the pruner has no estimate. */
  readonly estimatedEpochs: number | null;
}

/** The plan of a search that has no result yet. */
export function previewSearch(settings: SearchSettings): SearchPreview {
  const { pruning, epochs } = settings;
  const trials = Math.min(settings.trials, sizeOf(settings));
  return {
    trials,
    first: firstTrials(settings, Math.min(trials, MAX_PREVIEWED)),
    maxEpochs: trials * epochs.max,
    estimatedEpochs: pruning && estimateEpochs(pruning, epochs.max, trials),
  };
}

function firstTrials({ space: definition, algorithm, seed }: SearchSettings, count: number): readonly Parameters[] {
  const space = compileSpace(definition);
  const suggest = SAMPLERS[algorithm].create(space, seed);
  const pending: Point[] = [];
  for (let n = 0; n < count; n++) {
    const point = suggest(n, { finished: [], pending });
    if (point !== null) pending.push(point);
  }
  return pending.map((point) => parametersAt(space, point));
}
