import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Algorithm, SAMPLERS } from '../../src/sweeps/samplers/samplers.ts';
import { type AskedTrial, createSearch, type SearchSettings } from '../../src/sweeps/search.ts';
import type { SpaceDefinition } from '../../src/sweeps/space/schema.ts';
import type { Parameters } from '../../src/sweeps/space/space.ts';
import { anySpace, GRID, OPTIMIZERS } from './space/spaces.ts';

// Object.keys forgets that the keys of a constant table are known.
const ALGORITHMS = Object.keys(SAMPLERS) as Algorithm[];
const SETTINGS = { goal: 'minimize', seed: 5, parallel: 1 } as const;

/** Some objective that every value plays into, of which some trials have none. */
function objectiveOf(parameters: Parameters): number | null {
  const text = JSON.stringify(parameters);
  const hash = [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 10_007, 7);
  return hash % 11 === 0 ? null : hash / 10_007;
}

/**
 * Runs a search to so many trials with as many workers as it is parallel. `pick` says which of the running trials ends next; a search
 * that is asked has forgotten everything but the trials, as after a crash.
 */
function run(settings: SearchSettings, trials: number, pick: (running: number) => number): readonly Parameters[] {
  const asked: AskedTrial[] = [];
  const running: number[] = [];
  for (;;) {
    const next = createSearch(settings).next(asked);
    if (next.do === 'ask' && asked.length < trials && running.length < settings.parallel) {
      running.push(asked.length);
      asked.push({ parameters: next.parameters, objective: undefined });
      continue;
    }
    if (running.length === 0) return asked.map(({ parameters }) => parameters);
    const [ended] = running.splice(pick(running.length), 1);
    asked[ended] = { ...asked[ended], objective: objectiveOf(asked[ended].parameters) };
  }
}

describe.each(ALGORITHMS)('a search by %s', (algorithm) => {
  const space = algorithm === 'grid' ? GRID : OPTIMIZERS;

  it('asks the same trials in the same order, however long each takes', () => {
    const settings = { ...SETTINGS, space, algorithm, parallel: 3 };
    const expected = run(settings, 16, () => 0);
    const turns = fc.array(fc.nat(2), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(turns, (picks) => {
        const left = [...picks];
        expect(run(settings, 16, (running) => (left.shift() ?? 0) % running)).toEqual(expected);
      }),
      { numRuns: 8 },
    );
  });

  it('searches differently by another seed', () => {
    const settings = { ...SETTINGS, space, algorithm };
    expect(run(settings, 12, () => 0)).not.toEqual(run({ ...settings, seed: 6 }, 12, () => 0));
  });

  it('asks maximized what it would ask of the negative minimized', () => {
    const settings = { ...SETTINGS, space, algorithm };
    const search = createSearch({ ...settings, goal: 'maximize' });
    const trials = run(settings, 13, () => 0).map((parameters) => ({ parameters, objective: negative(parameters) }));
    expect(search.next(trials.slice(0, 12))).toEqual({ do: 'ask', parameters: trials[12].parameters });
  });

  it('asks only values in their range, on their step and under their condition', () => {
    fc.assert(
      fc.property(anySpace, fc.nat(1000), (definition, seed) => {
        const spaceOf = algorithm === 'grid' ? withoutContinua(definition) : definition;
        const settings = { ...SETTINGS, space: spaceOf, algorithm, seed, parallel: 2 };
        for (const parameters of run(settings, 14, () => 0)) expectAllowed(spaceOf, parameters);
      }),
      { numRuns: 20 },
    );
  });
});

function negative(parameters: Parameters): number | null {
  const objective = objectiveOf(parameters);
  return objective === null ? null : -objective;
}

/** Whole numbers in the place of what a grid has no end in. */
function withoutContinua(definition: SpaceDefinition): SpaceDefinition {
  const parameters = Object.entries(definition).map(([name, each]) => {
    const fits = each.type === 'choice' || (each.type === 'uniform' && each.step !== undefined);
    return [name, fits ? each : { type: 'integer', min: 1, max: 3, ...(each.when && { when: each.when }) }];
  });
  return Object.fromEntries(parameters);
}

function expectAllowed(definition: SpaceDefinition, parameters: Parameters): void {
  for (const [name, each] of Object.entries(definition)) {
    const isMet = Object.entries(each.when ?? {}).every(([parent, values]) =>
      values.some((value) => JSON.stringify(value) === JSON.stringify(parameters[parent])),
    );
    expect(Object.hasOwn(parameters, name)).toBe(isMet);
    if (!isMet) continue;
    const value = parameters[name];
    if (each.type === 'choice') {
      expect(each.values).toContainEqual(value);
      continue;
    }
    expect(value).toBeGreaterThanOrEqual(each.min);
    expect(value).toBeLessThanOrEqual(each.max);
    const step = 'step' in each ? each.step : each.type === 'uniform' || each.type === 'logUniform' ? undefined : 1;
    if (step === undefined) continue;
    const steps = (Number(value) - each.min) / step;
    expect(steps).toBeCloseTo(Math.round(steps), 5);
  }
}

describe('a search', () => {
  const settings: SearchSettings = { ...SETTINGS, space: GRID, algorithm: 'grid', parallel: 2 };

  it('waits for a trial that the next one is to learn from, and ends where nothing is left', () => {
    const search = createSearch(settings);
    const asked = (objective: number | undefined) => ({ parameters: { type: 'adam', units: 1 }, objective });
    expect(search.next([asked(undefined)]).do).toBe('ask');
    expect(search.next([asked(undefined), asked(1)])).toEqual({ do: 'wait', trial: 0 });
    expect(search.next([asked(1), asked(undefined)]).do).toBe('ask');
    expect(search.next(Array.from({ length: 14 }, () => asked(1)))).toEqual({ do: 'end' });
  });

  it.each(['tpe', 'gp'] as const)('keeps parallel trials apart, and goes on when all fail: %s', (algorithm) => {
    const search = createSearch({ ...settings, space: OPTIMIZERS, algorithm, parallel: 4 });
    const trials: AskedTrial[] = [];
    for (let n = 0; n < 18; n++) {
      const next = search.next(trials);
      if (next.do !== 'ask') throw new Error(`asked nothing as trial ${n}`);
      trials.push({ parameters: next.parameters, objective: n % 2 === 0 ? null : Number.NaN });
    }
    expect(new Set(trials.map(({ parameters }) => JSON.stringify(parameters))).size).toBe(18);
  });

  it.each(['tpe', 'gp'] as const)('finds what is left of a small space: %s', (algorithm) => {
    const parameters = run({ ...settings, algorithm, parallel: 1 }, 14, () => 0);
    const learned = parameters.slice(10).map((each) => JSON.stringify(each));
    const startup = new Set(parameters.slice(0, 10).map((each) => JSON.stringify(each)));
    expect(learned.filter((each) => startup.has(each))).toEqual([]);
  });
});
