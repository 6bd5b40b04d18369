import { describe, expect, it } from 'vitest';
import { SAMPLERS } from '../../../src/search/samplers.ts';
import { spaceSchema } from '../../../src/search/space/schema.ts';
import { compileSpace, parametersAt } from '../../../src/search/space/space.ts';
import { GRID, OPTIMIZERS } from '../space/spaces.ts';

describe('a grid', () => {
  it('suggests every point once, conditional parameters only where active, and then null', () => {
    const space = compileSpace(GRID);
    const suggest = SAMPLERS.grid.create(space, 3);
    const points = Array.from({ length: 20 }, (_, n) => suggest(n, { finished: [], pending: [] })).filter(
      (point) => point !== null,
    );
    const asked = new Set(points.map((point) => JSON.stringify(parametersAt(space, point))));
    // sgd with 5 momenta, adam and a custom optimizer without momentum, each with 2 numbers of
    // units.
    expect(asked.size).toBe(14);
    expect(points).toHaveLength(14);
    expect(SAMPLERS.grid.size(space)).toBe(14);
  });

  it('rejects continuous parameters and grids that are too large', () => {
    const parameters = SAMPLERS.grid.issues(compileSpace(OPTIMIZERS)).map(({ parameter }) => parameter);
    expect(parameters).toEqual(['training.optimizer.momentum', 'training.optimizer.learningRate']);
    const wide = { type: 'integer', min: 1, max: 1000 };
    const huge = compileSpace(spaceSchema.parse({ a: wide, b: wide }));
    expect(SAMPLERS.grid.issues(huge).map(({ message }) => message)).toEqual([
      'The grid has more than 100000 points. Use fewer values, or use the algorithm `sobol`.',
    ]);
    expect(SAMPLERS.grid.issues(compileSpace(GRID))).toEqual([]);
  });
});
