import type { CreateSampler, Finished } from '../../src/sweeps/samplers/sampler.ts';
import { compileSpace, parametersAt } from '../../src/sweeps/space/space.ts';
import type { SweepFunction } from './sweepFunctions.ts';

/** Per seed how far the best of so many trials, one after the other, lies above the minimum. */
export function regretsOf(
  { space: definition, loss: lossOf, minimum }: SweepFunction,
  create: CreateSampler,
  seeds: readonly number[],
  trials: number,
): readonly number[] {
  const space = compileSpace(definition);
  return seeds.map((seed) => {
    const suggest = create(space, seed);
    const finished: Finished[] = [];
    for (let n = 0; n < trials; n++) {
      const point = suggest(n, { finished, pending: [] });
      if (point === null) break;
      finished.push({ point, loss: lossOf(parametersAt(space, point)) });
    }
    return Math.min(...finished.map(({ loss }) => loss)) - minimum;
  });
}

/** The value that a share of the numbers lies below, between two of them in proportion. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  return sorted[below] + (place - below) * (sorted[Math.ceil(place)] - sorted[below]);
}
