import { describe, expect, it } from 'vitest';
import { check } from '../../../src/kit/contract/validation.ts';
import { spaceSchema } from '../../../src/search/space/schema.ts';

const type = { type: 'choice', values: ['sgd', 'adam'] };

/** The issues as `path: message`. */
function issuesOf(space: unknown): readonly string[] {
  const checked = check(spaceSchema, space);
  return checked.ok ? [] : checked.errors.map(({ path, message }) => `${path}: ${message}`);
}

describe('a search space', () => {
  it('accepts every distribution, with steps and conditions', () => {
    const space = {
      a: { type: 'uniform', min: 0, max: 1, step: 0.25, when: { 'training.type': ['sgd'], b: [1, 2] } },
      'training.type': type,
      b: { type: 'integer', min: 1, max: 5 },
      c: { type: 'logUniform', min: 1e-5, max: 1 },
      d: { type: 'logInteger', min: 1, max: 100 },
      e: { type: 'choice', values: [[], [{ units: 3 }], null] },
    };
    expect(issuesOf(space)).toEqual([]);
  });

  it('reports all issues at once, of single parameters and of the whole', () => {
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
    const issues = issuesOf(space);
    expect(issues).toEqual(
      expect.arrayContaining([
        '/a/max: `max` is below `min`. Swap them.',
        '/c/values/2: Duplicate of value 1. Leave one out.',
        '/d/when/nowhere: Not a parameter of this space. Add it, or correct its name.',
        '/e/when/d: The parameter never has the value 4. Use one of its values.',
        '/e/when/g: A condition needs a parameter with a finite number of values: a choice, integers or a step.',
        "/e.f: The path is inside 'e', which is also varied. Vary only one of them.",
        '/h..i: Not a path of a job request. Use names joined by dots, such as `training.batchSize`.',
      ]),
    );
    const paths = issues.map((issue) => issue.split(':')[0]);
    expect(paths).toEqual(expect.arrayContaining(['/b/min', '/e.f/type']));
    expect(issues).toHaveLength(9);
  });

  it('rejects circular conditions', () => {
    const space = {
      a: { ...type, when: { b: ['sgd'] } },
      b: { ...type, when: { a: ['sgd'] } },
      c: { ...type, when: { c: ['sgd'] } },
    };
    expect(issuesOf(space)).toEqual([
      "/a/when/b: Circular condition: 'b' depends on 'a'.",
      "/b/when/a: Circular condition: 'a' depends on 'b'.",
      "/c/when/c: Circular condition: 'c' depends on 'c'.",
    ]);
  });

  it('rejects an empty space and one that is too large', () => {
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`p${i}`, type]));
    expect(issuesOf({})).toEqual([': The space is empty. Add at least one parameter.']);
    expect(issuesOf(many)).toEqual([': Must have at most 64 members, got 65.']);
  });
});
