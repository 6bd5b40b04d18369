import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyParameters } from '../../../src/search/space/applyParameters.ts';
import { dryRunTrials } from '../../../src/search/space/dryRunTrials.ts';
import { spaceSchema } from '../../../src/search/space/schema.ts';
import { compileSpace, decode, parametersAt, pointOf } from '../../../src/search/space/space.ts';
import { anySpace, OPTIMIZERS } from './spaces.ts';

describe('a space of the maximum size', () => {
  it('has a dry run whose work grows with the number of conditions, not of their combinations', () => {
    const condition = (i: number) => Array.from({ length: i }, (_, j) => [`p${j}`, [0]]);
    const parameters = Array.from({ length: 64 }, (_, i) => [
      `p${i}`,
      { type: 'integer', min: 0, max: 1, ...(i > 0 && { when: Object.fromEntries(condition(i)) }) },
    ]);
    const dryRuns = dryRunTrials(compileSpace(spaceSchema.parse(Object.fromEntries(parameters))));
    expect(dryRuns).toHaveLength(128);
    expect(dryRuns.at(-1)?.parameters).toMatchObject({ p0: 0, p62: 0, p63: 1 });
  });

  it('reads each value of a choice a bounded number of times', () => {
    let read = 0;
    const value = (i: number) => ({
      get units() {
        read += 1;
        return i;
      },
    });
    const values = Array.from({ length: 1000 }, (_, i) => value(i));
    const when = { layers: Array.from({ length: 1000 }, (_, i) => value(i)) };
    const definition = {
      layers: { type: 'choice', values },
      rate: { type: 'uniform', min: 0, max: 1, when },
    };
    compileSpace(spaceSchema.parse(definition));
    expect(read).toBeLessThan(20 * 2000);
  });
});

describe('a compiled space', () => {
  it('puts parents first', () => {
    const names = compileSpace(OPTIMIZERS).map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual([
      'training.optimizer.type',
      'training.optimizer.momentum',
      'training.optimizer.nesterov',
    ]);
    expect(names.at(-1)).toBe('training.epochs');
  });

  it('finds every point from its values', () => {
    const coordinates = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(anySpace, coordinates, (definition, raw) => {
        const space = compileSpace(definition);
        const point = decode(space, raw);
        const again = pointOf(space, parametersAt(space, point));
        for (const [i, coordinate] of point.entries()) {
          if (Number.isNaN(coordinate)) expect(again[i]).toBeNaN();
          else expect(again[i]).toBeCloseTo(coordinate, 6);
        }
      }),
    );
  });

  it('does not add rounding errors to stepped decimals', () => {
    const space = compileSpace(spaceSchema.parse({ a: { type: 'uniform', min: 0.1, max: 0.5, step: 0.1 } }));
    const values = Array.from(
      { length: 5 },
      (_, level) => parametersAt(space, decode(space, [space[0].scale.at(level)])).a,
    );
    expect(values).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  });

  it('has one value if the range is as narrow as floating point allows', () => {
    const range = { type: 'logUniform', min: 1e-6, max: 1.0000000000000002e-6 };
    const space = compileSpace(spaceSchema.parse({ a: range, b: { type: 'uniform', min: 3, max: 3 } }));
    const parameters = parametersAt(space, decode(space, [0.9, 0.9]));
    expect(parameters).toEqual({ a: 1e-6, b: 3 });
    expect(pointOf(space, parameters)).toEqual(Float64Array.of(0.5, 0.5));
  });

  it('suggests small numbers of a logarithmic range as often as large ones', () => {
    const space = compileSpace(spaceSchema.parse({ a: { type: 'logInteger', min: 1, max: 1000 } }));
    const atHalf = Number(parametersAt(space, decode(space, [0.5])).a);
    expect(atHalf).toBeGreaterThan(20);
    expect(atHalf).toBeLessThan(35);
  });

  it('rejects values that are not in the space', () => {
    const space = compileSpace(spaceSchema.parse({ a: { type: 'integer', min: 1, max: 9, step: 2 } }));
    expect(() => pointOf(space, { a: 2 })).toThrow("'a' is never 2");
    expect(() => pointOf(space, {})).toThrow("the trial has no 'a'");
  });
});

describe('the values of a trial', () => {
  it('are set at their paths in a copy of the job request', () => {
    const job = { target: 'y', network: { layers: [{ units: 8 }] } };
    const placed = applyParameters(job, { 'network.layers.0.units': 16, 'training.optimizer.type': 'sgd' });
    expect(placed).toEqual({
      target: 'y',
      network: { layers: [{ units: 16 }] },
      training: { optimizer: { type: 'sgd' } },
    });
    expect(job.network.layers[0].units).toBe(8);
  });

  it('are set in the options of a nested optimizer', () => {
    const job = { target: 'y', training: { optimizer: { type: 'muon' } } };
    const parameters = { 'training.optimizer.learningRate': 0.02, 'training.optimizer.rest.learningRate': 0.003 };
    expect(applyParameters(job, parameters, { training: { optimizer: { type: 'adamw' } } })).toEqual({
      target: 'y',
      training: { optimizer: { type: 'muon', learningRate: 0.02, rest: { learningRate: 0.003 } } },
    });
  });

  it('are set in the default groups of the default optimizer, and in an average that is null by default', () => {
    const groups = [{ parameters: ['bias'], rateFactor: 1, weightDecay: 0 }];
    const defaults = { training: { optimizer: { type: 'adamw', learningRate: 0.002, groups }, averaging: null } };
    const parameters = { 'training.optimizer.groups.0.rateFactor': 2, 'training.averaging.decay': 0.9 };
    expect(applyParameters({ target: 'y' }, parameters, defaults)).toEqual({
      target: 'y',
      training: {
        optimizer: { type: 'adamw', groups: [{ ...groups[0], rateFactor: 2 }] },
        averaging: { decay: 0.9 },
      },
    });
  });
});

describe('the dry run of a space', () => {
  it('covers the extremes of every parameter, each where it is active', () => {
    const dryRuns = dryRunTrials(compileSpace(OPTIMIZERS));
    for (const { parameter, parameters } of dryRuns) expect(Object.keys(parameters ?? {})).toContain(parameter);
    const asked = (name: string) =>
      dryRuns.filter(({ parameter }) => parameter === name).map(({ parameters }) => parameters?.[name]);
    expect(asked('training.epochs')).toEqual([10, 50]);
    expect(asked('training.optimizer.type')).toEqual(['sgd', 'adam']);
    expect(asked('training.batchSize')).toEqual([8, 512]);
  });

  it('finds conditions that are never met together', () => {
    const choice = { type: 'choice', values: [1, 2] };
    const space = { a: choice, b: { ...choice, when: { a: [1] } }, c: { ...choice, when: { b: [1], a: [2] } } };
    const unmet = dryRunTrials(compileSpace(spaceSchema.parse(space))).filter(({ parameters }) => parameters === null);
    expect(unmet.map(({ parameter }) => parameter)).toEqual(['c', 'c']);
  });
});
