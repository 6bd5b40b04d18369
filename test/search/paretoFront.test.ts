import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paretoFront } from '../../src/search/paretoFront.ts';
import { scalarize } from '../../src/search/scalarize.ts';
import type { SegmentResult } from '../../src/search/search.ts';
import type { Parameters } from '../../src/search/space/space.ts';
import { runSearch, SETTINGS } from './runSearch.ts';

const GOALS = [{ goal: 'minimize' }, { goal: 'maximize' }] as const;

describe('the Pareto front', () => {
  it('contains the trials that no other trial dominates', () => {
    const all = [[1, 1], [2, 3], [2, 2], null, [0, 0], [1, 1], [3, Number.NaN]];
    const front = paretoFront(
      all.map((objectives) => ({ objectives })),
      GOALS,
    );
    expect(front.map(({ objectives }) => objectives)).toEqual([
      [1, 1],
      [2, 3],
      [0, 0],
      [1, 1],
    ]);
  });

  it('dominates or equals every trial, and contains no dominated trial', () => {
    const number = fc.integer({ min: 0, max: 6 });
    const goals = [...GOALS, { goal: 'minimize' }] as const;
    const trialsOf = (length: number) => fc.array(fc.array(number, { minLength: length, maxLength: length }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }).chain(trialsOf), (all) => {
        const trials = all.map((objectives) => ({ objectives }));
        const own = goals.slice(0, all[0]?.length ?? 1);
        const front = paretoFront(trials, own);
        const losses = (values: readonly number[]) =>
          values.map((value, i) => (own[i].goal === 'minimize' ? value : -value));
        const isBetter = (a: readonly number[], b: readonly number[]) =>
          losses(a).every((loss, i) => loss <= losses(b)[i]) && losses(a).some((loss, i) => loss < losses(b)[i]);
        expect(front).toEqual(trials.filter((each) => !trials.some((o) => isBetter(o.objectives, each.objectives))));
      }),
    );
  });
});

describe('the scalarized loss', () => {
  const losses = [
    [0, 1000],
    [1, 0],
    [0.5, 500],
    [Number.POSITIVE_INFINITY, 0],
  ];

  it('is lowest for the trial that the weights favour, also for huge numbers', () => {
    const best = Array.from({ length: 200 }, (_, n) => {
      const one = scalarize(losses, 1, n);
      expect(one[3]).toBe(Number.POSITIVE_INFINITY);
      return one.indexOf(Math.min(...one));
    });
    for (const trial of [0, 1, 2]) expect(best.filter((each) => each === trial).length).toBeGreaterThan(30);
  });

  it('increases with each single loss, and is 0 if all trials are equal', () => {
    const [a, b] = scalarize(
      [
        [0, 1],
        [0, 0.5],
        [1, 0],
      ],
      1,
      7,
    );
    expect(b).toBeLessThan(a);
    expect(
      scalarize(
        [
          [3, 3],
          [3, 3],
        ],
        1,
        7,
      ),
    ).toEqual([0, 0]);
    expect(scalarize([], 1, 7)).toEqual([]);
  });
});

describe('a search of several objectives', () => {
  const space = {
    x: { type: 'uniform', min: -1, max: 3 },
    y: { type: 'uniform', min: -1, max: 1 },
  } as const;
  /** The front is at y = 0, x from 0 to 2 (Schaffer 1984). */
  const resultOf = ({ x, y }: Parameters): SegmentResult => ({
    objectives: [Number(x) ** 2 + Number(y) ** 2, 0 - (Number(x) - 2) ** 2 - Number(y) ** 2],
    over: true,
  });
  /** The area between the front and the point (4, -4). */
  const areaOf = (segments: ReturnType<typeof runSearch>['segments']) => {
    const front = paretoFront(
      segments.map(({ result }) => ({ objectives: result?.objectives ?? null })),
      GOALS,
    );
    const points = front.map(({ objectives }) => objectives ?? []).toSorted(([a], [b]) => a - b);
    return points
      .filter(([f, g]) => f < 4 && g > -4)
      .reduce((sum, [f, g], i, all) => sum + (g - (all[i - 1]?.[1] ?? -4)) * (4 - f), 0);
  };

  it.each(['tpe', 'gp'] as const)('covers the front better than random: %s', (algorithm) => {
    const settings = { ...SETTINGS, space, objectives: GOALS, trials: 40 };
    const sums = (['random', algorithm] as const).map((each) =>
      [1, 2, 3].reduce(
        (sum, seed) => sum + areaOf(runSearch({ ...settings, algorithm: each, seed }, { resultOf }).segments),
        0,
      ),
    );
    expect(sums[1]).toBeGreaterThan(sums[0]);
  });

  it('decides the same when it is rebuilt', () => {
    const settings = { ...SETTINGS, space, objectives: GOALS, algorithm: 'tpe', trials: 20, parallel: 3 } as const;
    const { decisions } = runSearch(settings, { resultOf });
    expect(runSearch(settings, { resultOf, forgets: () => true, pick: (running) => running - 1 }).decisions).toEqual(
      decisions,
    );
  });

  it('makes progress with every trial that no earlier one dominates or equals', () => {
    let turn = 0;
    const along = [
      [0, 0],
      [1, 1],
      [2, 2],
      [2, 1],
      [3, 2],
      [2, 2],
    ];
    const settings = { ...SETTINGS, space, objectives: GOALS, algorithm: 'random', patience: 3 } as const;
    const { segments } = runSearch(settings, { resultOf: () => ({ objectives: along[turn++], over: true }) });
    expect(segments).toHaveLength(6);
  });
});
