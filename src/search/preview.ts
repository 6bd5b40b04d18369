import { estimateEpochs } from './pruners.ts';
import { SAMPLERS } from './samplers.ts';
import { type SearchSettings, sizeOf } from './search.ts';
import { compileSpace, type Parameters, type Point, parametersAt } from './space/space.ts';

/** The first trials that are shown: tpe and gp learn nothing before so many. */
const MAX_PREVIEWED = 10;

export interface SearchPreview {
  /** As many as there are points in a grid, if those are fewer than were asked for. Whatever ends a search early makes them fewer. */
  readonly trials: number;
  /** What the first trials would be asked with. */
  readonly first: readonly Parameters[];
  /** Epochs that all trials have together where each runs to its end. */
  readonly maxEpochs: number;
  /** About the epochs that they have with the pruning; null where there is none, or no telling. */
  readonly estimatedEpochs: number | null;
}

/** What a search would do, before there is any result. */
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
