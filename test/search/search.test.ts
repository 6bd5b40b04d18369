import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Pruning, pruningSchema } from '../../src/search/pruners.ts';
import { type Algorithm, SAMPLERS } from '../../src/search/samplers.ts';
import { createSearch, type SearchSettings, type Segment, type SegmentResult } from '../../src/search/search.ts';
import type { SpaceDefinition } from '../../src/search/space/schema.ts';
import type { Parameters } from '../../src/search/space/space.ts';
import { runSearch, SETTINGS, train } from './runSearch.ts';
import { anySpace, GRID, OPTIMIZERS } from './space/spaces.ts';

// Object.keys forgets that the keys of a constant table are known.
const ALGORITHMS = Object.keys(SAMPLERS) as Algorithm[];
const PRUNINGS: readonly (Pruning | null)[] = [
  null,
  ...['median', 'asha', 'hyperband'].map((type) => pruningSchema.parse({ type })),
];
const PAIRS = ALGORITHMS.flatMap((algorithm) =>
  PRUNINGS.map((pruning) => ({ algorithm, pruning, type: pruning?.type ?? 'nothing' })),
);
/** A Gaussian process takes its time: it is shown on fewer trials. */
const trialsOf = (algorithm: Algorithm) => (algorithm === 'gp' ? 14 : 40);
const spaceOf = (algorithm: Algorithm) => (algorithm === 'grid' ? GRID : OPTIMIZERS);

/** How many run at once, and what may end a search before it has all its trials. */
const anyEnd = fc.record({
  parallel: fc.integer({ min: 1, max: 5 }),
  target: fc.option(fc.double({ min: 0, max: 0.3, noNaN: true }), { freq: 2 }),
  patience: fc.option(fc.integer({ min: 2, max: 15 }), { freq: 2 }),
});

describe.each(PAIRS)('a search by $algorithm, pruned by $type', ({ algorithm, pruning }) => {
  const settings = { ...SETTINGS, space: spaceOf(algorithm), algorithm, pruning, trials: trialsOf(algorithm) };

  it('decides the same legs in the same order, however long each takes and whenever it is built anew', () => {
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

  it('asks only values in their range, on their step and under their condition', () => {
    fc.assert(
      fc.property(anySpace, fc.nat(1000), (definition, seed) => {
        const space = algorithm === 'grid' ? withoutContinua(definition) : definition;
        const { segments } = runSearch({ ...settings, space, seed, parallel: 2, trials: 14 });
        for (const { parameters } of segments) expectAllowed(space, parameters);
      }),
      { numRuns: 8 },
    );
  });

  it('searches differently by another seed', () => {
    const { decisions } = runSearch({ ...settings, trials: 12 });
    expect(runSearch({ ...settings, trials: 12, seed: 6 }).decisions).not.toEqual(decisions);
  });

  it('decides of the maximized what it would of the negative minimized', () => {
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

/** What `train` brings, in the negative. */
const negated: typeof train = (parameters, until, limits, epochs) => {
  const negative = limits.map(({ epoch, worst }) => ({ epoch, worst: -worst }));
  const { objectives, over, course = [] } = train(parameters, until, negative, epochs);
  return {
    objectives: objectives?.map((each) => -each) ?? null,
    over,
    course: course.map((each) => each && -each),
  };
};

/** Whole numbers in the place of what a grid has no end in. */
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
  const leg = (trial: number, result?: SegmentResult): Segment => ({ trial, parameters: adam, until: null, result });
  const result = (objective: number): SegmentResult => ({ objectives: [objective], over: true });

  it('waits for a trial that the next one is to learn from, and ends where nothing is left', () => {
    const next = (...legs: Segment[]) => createSearch(settings, legs).next();
    expect(next(leg(0)).kind).toBe('ask');
    expect(next(leg(0), leg(1))).toEqual({ kind: 'wait', segment: 0 });
    expect(next(leg(0, result(1)), leg(1)).kind).toBe('ask');
    const all = Array.from({ length: 14 }, (_, trial) => leg(trial, result(1)));
    expect(next(...all.slice(0, 13), leg(13))).toEqual({ kind: 'wait', segment: 13 });
    expect(next(...all)).toEqual({ kind: 'end', reason: 'space' });
  });

  it('says that it ends as there were so many trials', () => {
    const { segments, decisions } = runSearch({ ...settings, trials: 9 });
    expect(segments).toHaveLength(9);
    expect(decisions.at(-1)).toEqual({ kind: 'end', reason: 'trials' });
    expect(runSearch({ ...settings, trials: 14 }).decisions.at(-1)).toEqual({ kind: 'end', reason: 'space' });
  });

  it('asks for no trial after the target, and lets those that run end', () => {
    const search = createSearch({ ...settings, objectives: [{ goal: 'maximize' }], target: 0.9 });
    for (const trial of [0, 1]) search.add(leg(trial));
    search.tell(0, result(0.9));
    expect(search.next()).toEqual({ kind: 'wait', segment: 1 });
    search.tell(1, result(0.5));
    expect(search.next()).toEqual({ kind: 'end', reason: 'target' });
  });

  it('ends when so many trials were no better than the best before', () => {
    let turn = 0;
    const losses = [5, 4, 4, 3, 6, 3, 7, 1];
    const resultOf = () => result(losses[turn++]);
    const { segments, decisions } = runSearch({ ...settings, parallel: 1, patience: 3 }, { resultOf });
    expect(segments).toHaveLength(7);
    expect(decisions.at(-1)).toEqual({ kind: 'end', reason: 'noProgress' });
  });

  it('keeps the first result of a leg that it is told of', () => {
    const search = createSearch({ ...settings, parallel: 1, target: 0 });
    search.add(leg(0));
    search.tell(0, result(1));
    search.tell(0, result(0));
    expect(search.next().kind).toBe('ask');
  });

  it('goes on with more trials where it ended, with the same legs behind it', () => {
    const few = { ...settings, space: OPTIMIZERS, algorithm: 'tpe', trials: 12, pruning: PRUNINGS[2] } as const;
    const { segments } = runSearch(few);
    const more = { ...few, trials: 20 };
    const next = createSearch(more, segments).next();
    expect(next.kind).toBe('ask');
    expect(createSearch(more, segments).next()).toEqual(next);
  });

  it('refuses legs that it cannot have decided', () => {
    expect(() => createSearch(settings, [leg(1)])).toThrow('trial 1 is not the next one');
    expect(() => createSearch(settings, [leg(0), leg(1), leg(2)])).toThrow('decided before leg 0 was finished');
    expect(() => createSearch({ ...settings, pruning: PRUNINGS[2] }, [leg(0), leg(0)])).toThrow('does not wait');
  });

  it.each(['tpe', 'gp'] as const)('keeps parallel trials apart, and goes on when all fail: %s', (algorithm) => {
    let turn = 0;
    const resultOf = () => ({ objectives: turn++ % 2 === 0 ? null : [Number.NaN], over: true });
    const { segments } = runSearch(
      { ...settings, space: OPTIMIZERS, algorithm, parallel: 4, trials: 18 },
      { resultOf },
    );
    expect(new Set(segments.map(({ parameters }) => JSON.stringify(parameters))).size).toBe(18);
  });

  it.each(['tpe', 'gp'] as const)('finds what is left of a small space: %s', (algorithm) => {
    const { segments } = runSearch({ ...settings, algorithm, parallel: 1, trials: 14 });
    const [startup, learned] = [segments.slice(0, 10), segments.slice(10)].map((some) =>
      some.map(({ parameters }) => JSON.stringify(parameters)),
    );
    expect(learned.filter((each) => startup.includes(each))).toEqual([]);
  });
});
