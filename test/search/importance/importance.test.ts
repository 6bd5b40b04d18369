import { describe, expect, it } from 'vitest';
import { functionalAnova, MIN_TRIALS } from '../../../src/search/importance/importance.ts';
import type { Algorithm } from '../../../src/search/samplers.ts';
import { type SpaceDefinition, spaceSchema } from '../../../src/search/space/schema.ts';
import type { Parameters } from '../../../src/search/space/space.ts';
import { runSearch, SETTINGS } from '../runSearch.ts';

const MINIMIZE = { goal: 'minimize' } as const;
const unit = { type: 'uniform', min: 0, max: 1 };
const SPACE = spaceSchema.parse({
  x: unit,
  y: unit,
  idle: unit,
  choice: { type: 'choice', values: ['a', 'b', 'c'] },
  steps: { type: 'integer', min: 1, max: 5 },
});

/** The importances after a search on the function. */
function importancesOf(
  f: (parameters: Parameters) => number,
  {
    algorithm = 'random',
    space = SPACE,
    trials = 60,
  }: { algorithm?: Algorithm; space?: SpaceDefinition; trials?: number } = {},
) {
  const resultOf = (parameters: Parameters) => ({ objectives: [f(parameters)], over: true });
  const { segments } = runSearch({ ...SETTINGS, space, algorithm, trials }, { resultOf });
  const found = functionalAnova(
    space,
    MINIMIZE,
    segments.map(({ parameters }) => ({ parameters, objective: f(parameters) })),
  );
  if (found === null) throw new Error('too few trials');
  expect(Object.keys(found).toSorted()).toEqual(Object.keys(space).toSorted());
  return found;
}

describe('importance', () => {
  it.each(['random', 'sobol', 'tpe'] as const)(
    'is what the variance of a sum is made of, however it was searched: %s',
    (algorithm) => {
      // The variances of 10 x and of y have the ratio 100 : 1.
      const { x, y, idle, choice, steps } = importancesOf((p) => 10 * Number(p.x) + Number(p.y), { algorithm });
      expect(x).toBeGreaterThan(0.94);
      expect(y).toBeLessThan(0.03);
      expect(Math.max(idle, choice)).toBeLessThan(0.01);
      expect(x + y + idle + choice + steps).toBeCloseTo(1, 12);
    },
  );

  it('is equal for equal effects, also of choices and steps', () => {
    const even = importancesOf((p) => Number(p.x) + Number(p.y), { trials: 200 });
    expect(even.x).toBeCloseTo(0.5, 1);
    expect(even.y).toBeCloseTo(0.5, 1);
    // A value of 1 for one of three choices has the variance 2/9, as has a third of the steps 1 to
    // 5.
    const f = (p: Parameters) => (p.choice === 'b' ? 1 : 0) + Number(p.steps) / 3;
    const { choice, steps } = importancesOf(f, { trials: 200 });
    expect(choice).toBeCloseTo(0.5, 1);
    expect(steps).toBeCloseTo(0.5, 1);
  });

  it('of a conditional parameter is weighted by where it is active', () => {
    const space = spaceSchema.parse({
      type: { type: 'choice', values: ['sgd', 'adam'] },
      momentum: { ...unit, when: { type: ['sgd'] } },
      idle: { ...unit, when: { type: ['adam'] } },
    });
    const f = (p: Parameters) => (p.type === 'sgd' ? Number(p.momentum) : 0.5);
    const { type, momentum, idle } = importancesOf(f, { space, trials: 100 });
    expect(momentum).toBeGreaterThan(0.9);
    expect(type).toBeLessThan(0.1);
    expect(idle).toBeLessThan(0.01);
  });

  it('is not dominated by diverged trainings', () => {
    const { x } = importancesOf((p) => (Number(p.idle) > 0.97 ? 1e308 : Number(p.x)));
    expect(x).toBeGreaterThan(0.5);
  });

  it('is 0 if all trials have the same objective', () => {
    expect(importancesOf(() => 3)).toEqual({ x: 0, y: 0, idle: 0, choice: 0, steps: 0 });
  });

  it('is null for too few trials, and failed trials do not count', () => {
    const parameters = { x: 0.5, y: 0.5, idle: 0.5, choice: 'a', steps: 1 };
    const trials = Array.from({ length: MIN_TRIALS }, (_, i) => ({ parameters, objective: i as number | null }));
    expect(functionalAnova(SPACE, MINIMIZE, trials)).not.toBeNull();
    expect(functionalAnova(SPACE, MINIMIZE, trials.with(0, { parameters, objective: null }))).toBeNull();
  });
});
