import { describe, expect, it } from 'vitest';
import { check } from '../../../src/kit/contract/validation.ts';
import { spaceSchema } from '../../../src/search/space/schema.ts';

const type = { type: 'choice', values: ['sgd', 'adam'] };

/** The mistakes, `path: message`, as a client reads them. */
function mistakesOf(space: unknown): readonly string[] {
  const checked = check(spaceSchema, space);
  return checked.ok ? [] : checked.errors.map(({ path, message }) => `${path}: ${message}`);
}

describe('a search space', () => {
  it('takes every distribution, with steps and conditions', () => {
    const space = {
      a: { type: 'uniform', min: 0, max: 1, step: 0.25, when: { 'training.type': ['sgd'], b: [1, 2] } },
      'training.type': type,
      b: { type: 'integer', min: 1, max: 5 },
      c: { type: 'logUniform', min: 1e-5, max: 1 },
      d: { type: 'logInteger', min: 1, max: 100 },
      e: { type: 'choice', values: [[], [{ units: 3 }], null] },
    };
    expect(mistakesOf(space)).toEqual([]);
  });

  it('says all mistakes at once, of single parameters and of the whole', () => {
    const space = {
      a: { type: 'uniform', min: 1, max: 0 },
      b: { type: 'logUniform', min: 0, max: 1 },
      c: { type: 'choice', values: ['x', { y: 1 }, { y: 1 }] },
      d: { type: 'integer', min: 0, max: 9, step: 3, when: { nowhere: [1] } },
      e: { type: 'integer', min: 0, max: 9, when: { d: [3, 4], g: [0.5] } },
      'e.f': { type: 'normal', min: 0, max: 9 },
      g: { type: 'uniform', min: 0, max: 1 },
      'h..i': type,
    };
    const mistakes = mistakesOf(space);
    expect(mistakes).toEqual(
      expect.arrayContaining([
        '/a/max: Below `min`: exchange the two.',
        '/c/values/2: The same as value 1: leave one out.',
        '/d/when/nowhere: Not a parameter of this space: add it, or correct its name.',
        '/e/when/d: Never 4: name values that it can have.',
        '/e/when/g: A condition needs a choice, whole numbers or a step: a continuum never has just that value.',
        "/e.f: Lies within 'e', which is varied too: vary one of them.",
        '/h..i: Not a path of a job request: it looks like `training.batchSize`.',
      ]),
    );
    const paths = mistakes.map((mistake) => mistake.split(':')[0]);
    expect(paths).toEqual(expect.arrayContaining(['/b/min', '/e.f/type']));
    expect(mistakes).toHaveLength(9);
  });

  it('refuses conditions in a circle', () => {
    const space = {
      a: { ...type, when: { b: ['sgd'] } },
      b: { ...type, when: { a: ['sgd'] } },
      c: { ...type, when: { c: ['sgd'] } },
    };
    expect(mistakesOf(space)).toEqual([
      "/a/when/b: A circle: 'b' is asked only after 'a'.",
      "/b/when/a: A circle: 'a' is asked only after 'b'.",
      "/c/when/c: A circle: 'c' is asked only after 'c'.",
    ]);
  });

  it('refuses a space of nothing and one of too much', () => {
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`p${i}`, type]));
    expect(mistakesOf({})).toEqual([': Nothing to search: name at least one parameter.']);
    expect(mistakesOf(many)).toEqual([': Must have at most 64 members, got 65.']);
  });
});
