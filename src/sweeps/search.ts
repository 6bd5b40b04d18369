import type { Finished } from './samplers/sampler.ts';
import { type Algorithm, SAMPLERS } from './samplers/samplers.ts';
import type { SpaceDefinition } from './space/schema.ts';
import { compileSpace, type Parameters, parametersAt, pointOf } from './space/space.ts';

export interface SearchSettings {
  readonly space: SpaceDefinition;
  readonly algorithm: Algorithm;
  readonly goal: 'minimize' | 'maximize';
  /** An unsigned 32-bit number. */
  readonly seed: number;
  /** Trials that may run at once. */
  readonly parallel: number;
}

/** A trial that was asked: the objective is undefined while it runs, and null when it failed; a number that is not finite is a failure too. */
export interface AskedTrial {
  readonly parameters: Parameters;
  readonly objective: number | null | undefined;
}

/** What to do next: run a trial with those parameters, wait for one that runs, or end, as there is nothing left to try. */
export type Next =
  | { readonly do: 'ask'; readonly parameters: Parameters }
  | { readonly do: 'wait'; readonly trial: number }
  | { readonly do: 'end' };

/**
 * The search alone: `next` is a pure function of the trials asked so far, in the order of their numbers from 0 on.
 *
 * What is asked as trial n looks at the objectives of exactly the trials up to n - parallel. The others count as pending, finished or not, and
 * while one of those is not finished there is nothing to ask but to wait for it. So the same settings ask the same trials in the same
 * order, however long each takes, and after a crash or a pause too. In return a trial that takes long is overtaken by parallel - 1 others at most.
 * A failed trial counts as the worst. A pruned one counts with the objective that it had when it was pruned.
 */
export function createSearch({ space: definition, algorithm, goal, seed, parallel }: SearchSettings) {
  const space = compileSpace(definition);
  const suggest = SAMPLERS[algorithm].create(space, seed);
  const lossOf = (objective: number | null) => {
    if (objective === null || !Number.isFinite(objective)) return Number.POSITIVE_INFINITY;
    return goal === 'minimize' ? objective : -objective;
  };

  function next(trials: readonly AskedTrial[]): Next {
    const visible = Math.max(trials.length - parallel + 1, 0);
    const finished: Finished[] = [];
    for (const [trial, { parameters, objective }] of trials.slice(0, visible).entries()) {
      if (objective === undefined) return { do: 'wait', trial };
      finished.push({ point: pointOf(space, parameters), loss: lossOf(objective) });
    }
    const pending = trials.slice(visible).map(({ parameters }) => pointOf(space, parameters));
    const point = suggest(trials.length, { finished, pending });
    return point === null ? { do: 'end' } : { do: 'ask', parameters: parametersAt(space, point) };
  }

  return { next };
}
