import type { Algorithm } from '../../src/search/samplers.ts';
import { createSearch, type SearchSettings, type Segment } from '../../src/search/search.ts';
import type { SweepFunction } from './sweepFunctions.ts';

/**
 * For each seed, the distance of the best of this many trials, one after another, from the minimum.
 */
export function regretsOf(
  searched: SweepFunction,
  algorithm: Algorithm,
  seeds: readonly number[],
  trials: number,
): readonly number[] {
  return seeds.map((seed) => {
    const segments = segmentsOf(searched, algorithm, seed, trials);
    return Math.min(...segments.map(({ parameters }) => searched.loss(parameters))) - searched.minimum;
  });
}

/** A search of the function, one trial after another. */
export function segmentsOf(
  searched: SweepFunction,
  algorithm: Algorithm,
  seed: number,
  trials: number,
): readonly Segment[] {
  const search = createSearch(settingsOf(searched, algorithm, seed, trials));
  const segments: Segment[] = [];
  for (let next = search.next(); next.kind === 'ask'; next = search.next()) {
    const result = { objectives: [searched.loss(next.parameters)], over: true };
    const segment = { trial: segments.length, parameters: next.parameters, until: null, result };
    search.add(segment);
    segments.push(segment);
  }
  return segments;
}

export function settingsOf(
  { space }: SweepFunction,
  algorithm: Algorithm,
  seed: number,
  trials: number,
): SearchSettings {
  return {
    space,
    algorithm,
    objectives: [{ goal: 'minimize' }],
    seed,
    parallel: 1,
    trials,
    pruning: null,
    canPause: true,
    epochs: { of: () => 1, max: 1 },
    target: null,
    patience: null,
  };
}

/** The linearly interpolated quantile of the numbers. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  return sorted[below] + (place - below) * (sorted[Math.ceil(place)] - sorted[below]);
}
