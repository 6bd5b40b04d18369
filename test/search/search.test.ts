import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Pruning, pruningSchema } from '../../src/search/pruners.ts';
import { type Algorithm, SAMPLERS } from '../../src/search/samplers.ts';
import { createSearch, type SearchSettings, type Segment, type SegmentResult } from '../../src/search/search.ts';
import type { SpaceDefinition } from '../../src/search/space/schema.ts';
import type { Parameters } from '../../src/search/space/space.ts';
import { runSearch, SETTINGS, train } from './runSearch.ts';
import { anySpace, GRID, OPTIMIZERS } from './space/spaces.ts';

// Object.keys loses the type of the keys.
const ALGORITHMS = Object.keys(SAMPLERS) as Algorithm[];
const PRUNINGS: readonly (Pruning | null)[] = [
  null,
  ...['median', 'asha', 'hyperband'].map((type) => pruningSchema.parse({ type })),
];
const PAIRS = ALGORITHMS.flatMap((algorithm) =>
  PRUNINGS.map((pruning) => ({ algorithm, pruning, type: pruning?.type ?? 'nothing' })),
);
/** Fewer trials for the Gaussian process, which is slow. */
const trialsOf = (algorithm: Algorithm) => (algorithm === 'gp' ? 14 : 40);
const spaceOf = (algorithm: Algorithm) => (algorithm === 'grid' ? GRID : OPTIMIZERS);

/** Values of `parallel`, and conditions that end a search early. */
const anyEnd = fc.record({
  parallel: fc.integer({ min: 1, max: 5 }),
  target: fc.option(fc.double({ min: 0, max: 0.3, noNaN: true }), { freq: 2 }),
  patience: fc.option(fc.integer({ min: 2, max: 15 }), { freq: 2 }),
});

describe.each(PAIRS)('a search by $algorithm, pruned by $type', ({ algorithm, pruning }) => {
  const settings = { ...SETTINGS, space: spaceOf(algorithm), algorithm, pruning, trials: trialsOf(algorithm) };

  it('decides the same segments in the same order, however long each takes and whenever it is rebuilt', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(1000)), anyEnd, (numbers, end) => {
        const own = { ...settings, ...end };
        const drawn = () => Number(numbers.next().value);
        const expected = runSearch(own);
        const other = runSearch(own, { pick: (running) => drawn() % running, forgets: () => drawn() % 7 === 0 });
        expect(other.decisions).toEqual(expected.decisions);
      }),
      { numRuns: algorithm === 'gp' ? 2 : 6 },
    );
  });

  it('suggests only values in their range, on their step and under their condition', () => {
    fc.assert(
      fc.property(anySpace, fc.nat(1000), (definition, seed) => {
        const space = algorithm === 'grid' ? withoutContinua(definition) : definition;
        const { segments } = runSearch({ ...settings, space, seed, parallel: 2, trials: 14 });
        for (const { parameters } of segments) expectAllowed(space, parameters);
      }),
      { numRuns: 8 },
    );
  });

  it('suggests other trials with another seed', () => {
    const { decisions } = runSearch({ ...settings, trials: 12 });
    expect(runSearch({ ...settings, trials: 12, seed: 6 }).decisions).not.toEqual(decisions);
  });

  it('maximizes an objective as it minimizes its negative', () => {
    const negative = { ...settings, objectives: [{ goal: 'maximize' as const }], trials: 13 };
    const decided = runSearch(negative, { resultOf: (p, until, limits, epochs) => negated(p, until, limits, epochs) });
    expect(decided.segments.map(({ trial, parameters, until }) => ({ trial, parameters, until }))).toEqual(
      runSearch({ ...settings, trials: 13 }).segments.map(({ trial, parameters, until }) => ({
        trial,
        parameters,
        until,
      })),
    );
  });
});

/** The negative of the result of `train`. */
const negated: typeof train = (parameters, until, limits, epochs) => {
  const negative = limits.map(({ epoch, worst }) => ({ epoch, worst: -worst }));
  const { objectives, over, perEpoch = [] } = train(parameters, until, negative, epochs);
  return {
    objectives: objectives?.map((each) => -each) ?? null,
    over,
    perEpoch: perEpoch.map((each) => each && -each),
  };
};

/** Integers instead of continuous parameters, for a grid. */
function withoutContinua(definition: SpaceDefinition): SpaceDefinition {
  const parameters = Object.entries(definition).map(([name, each]) => {
    const fits = each.type === 'choice' || (each.type === 'uniform' && each.step !== undefined);
    return [name, fits ? each : { type: 'integer', min: 1, max: 3, ...(each.when && { when: each.when }) }];
  });
  return Object.fromEntries(parameters);
}

function expectAllowed(definition: SpaceDefinition, parameters: Parameters): void {
  expect(Object.keys(definition)).toEqual(expect.arrayContaining(Object.keys(parameters)));
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
  const settings: SearchSettings = { ...SETTINGS, space: GRID, algorithm: 'grid', parallel: 2, trials: 100 };
  const adam = { type: 'adam', units: 1 };
  const segment = (trial: number, result?: SegmentResult): Segment => ({
    trial,
    parameters: adam,
    until: null,
    result,
  });
  const result = (objective: number): SegmentResult => ({ objectives: [objective], over: true });

  it('waits for the result that the next trial depends on, and ends when nothing is left', () => {
    const next = (...segments: Segment[]) => createSearch(settings, segments).next();
    expect(next(segment(0)).kind).toBe('ask');
    expect(next(segment(0), segment(1))).toEqual({ kind: 'wait', segment: 0 });
    expect(next(segment(0, result(1)), segment(1)).kind).toBe('ask');
    const all = Array.from({ length: 14 }, (_, trial) => segment(trial, result(1)));
    expect(next(...all.slice(0, 13), segment(13))).toEqual({ kind: 'wait', segment: 13 });
    expect(next(...all)).toEqual({ kind: 'end', reason: 'space' });
  });

  it('ends with the reason `trials` at the maximum number of trials', () => {
    const { segments, decisions } = runSearch({ ...settings, trials: 9 });
    expect(segments).toHaveLength(9);
    expect(decisions.at(-1)).toEqual({ kind: 'end', reason: 'trials' });
    expect(runSearch({ ...settings, trials: 14 }).decisions.at(-1)).toEqual({ kind: 'end', reason: 'space' });
  });

  it('creates no trial after the target, and waits for the running ones', () => {
    const search = createSearch({ ...settings, objectives: [{ goal: 'maximize' }], target: 0.9 });
    for (const trial of [0, 1]) search.add(segment(trial));
    search.tell(0, result(0.9));
    expect(search.next()).toEqual({ kind: 'wait', segment: 1 });
    search.tell(1, result(0.5));
    expect(search.next()).toEqual({ kind: 'end', reason: 'target' });
  });

  it('ends after the given number of trials without a new best', () => {
    let turn = 0;
    const losses = [5, 4, 4, 3, 6, 3, 7, 1];
    const resultOf = () => result(losses[turn++]);
    const { segments, decisions } = runSearch({ ...settings, parallel: 1, patience: 3 }, { resultOf });
    expect(segments).toHaveLength(7);
    expect(decisions.at(-1)).toEqual({ kind: 'end', reason: 'noProgress' });
  });

  it('ignores a second result of a segment', () => {
    const search = createSearch({ ...settings, parallel: 1, target: 0 });
    search.add(segment(0));
    search.tell(0, result(1));
    search.tell(0, result(0));
    expect(search.next().kind).toBe('ask');
  });

  it('continues with more trials after its end, with the same segments before', () => {
    const few = { ...settings, space: OPTIMIZERS, algorithm: 'tpe', trials: 12, pruning: PRUNINGS[2] } as const;
    const { segments } = runSearch(few);
    const more = { ...few, trials: 20 };
    const next = createSearch(more, segments).next();
    expect(next.kind).toBe('ask');
    expect(createSearch(more, segments).next()).toEqual(next);
  });

  it('rejects segments that it cannot have decided', () => {
    expect(() => createSearch(settings, [segment(1)])).toThrow('expected trial 0 or an earlier one, got trial 1');
    expect(() => createSearch(settings, [segment(0), segment(1), segment(2)])).toThrow(
      'decided before segment 0 had a result',
    );
    expect(() => createSearch({ ...settings, pruning: PRUNINGS[2] }, [segment(0), segment(0)])).toThrow(
      'is not paused',
    );
  });

  it.each(['tpe', 'gp'] as const)('suggests different parallel trials, also when all fail: %s', (algorithm) => {
    let turn = 0;
    const resultOf = () => ({ objectives: turn++ % 2 === 0 ? null : [Number.NaN], over: true });
    const { segments } = runSearch(
      { ...settings, space: OPTIMIZERS, algorithm, parallel: 4, trials: 18 },
      { resultOf },
    );
    expect(new Set(segments.map(({ parameters }) => JSON.stringify(parameters))).size).toBe(18);
  });

  it.each(['tpe', 'gp'] as const)('finds the remaining points of a small space: %s', (algorithm) => {
    const { segments } = runSearch({ ...settings, algorithm, parallel: 1, trials: 14 });
    const [startup, learned] = [segments.slice(0, 10), segments.slice(10)].map((some) =>
      some.map(({ parameters }) => JSON.stringify(parameters)),
    );
    expect(learned.filter((each) => startup.includes(each))).toEqual([]);
  });
});
