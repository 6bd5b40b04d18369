import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ServiceError } from '../../src/kit/errors.ts';
import { fieldErrors, parseInput } from '../../src/kit/validation.ts';

const layer = z.strictObject({ units: z.int().min(1), activation: z.enum(['relu', 'tanh']) });
const spec = z.strictObject({
  layers: z.array(layer),
  batchSize: z.union([z.int().min(1), z.literal('full')]),
  optimizer: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('sgd'), momentum: z.number() }),
    z.strictObject({ type: z.literal('adam'), beta1: z.number() }),
  ]),
});
const good = { layers: [{ units: 3, activation: 'relu' }], batchSize: 'full', optimizer: { type: 'adam', beta1: 0.9 } };

function mistakes(input: unknown): readonly string[] {
  const result = spec.safeParse(input);
  return result.success ? [] : fieldErrors(result.error.issues).map(({ path }) => path);
}

describe('fieldErrors', () => {
  it('lists every mistake with a JSON pointer', () => {
    const bad = {
      ...good,
      layers: [
        { units: -1, activation: 'relu' },
        { units: 2, activation: 'reluu' },
      ],
      batchSize: 0,
    };
    expect(mistakes(bad)).toEqual(['/layers/0/units', '/layers/1/activation', '/batchSize']);
  });

  it('says what is wrong with the name of an entry', () => {
    const labels = z.record(z.string().regex(/^[a-z]+$/, 'Small letters only.'), z.string());
    const issues = labels.safeParse({ a: 'x', 'B c': 'y' }).error?.issues ?? [];
    expect(fieldErrors(issues)).toEqual([{ path: '/B c', message: 'Small letters only.' }]);
  });

  it('names an unknown field by its own path, escaped', () => {
    expect(mistakes({ ...good, 'a/b~c': 1, layers: [{ ...good.layers[0], unit: 3 }] })).toEqual([
      '/layers/0/unit',
      '/a~1b~0c',
    ]);
  });

  it('points into the branch of a union that was meant', () => {
    expect(mistakes({ ...good, optimizer: { type: 'sgd', momentum: 'a lot' } })).toEqual(['/optimizer/momentum']);
  });
});

describe('parseInput', () => {
  it('answers the parsed input', () => {
    expect(parseInput(spec, good)).toEqual(good);
  });

  it('throws one error that carries them all', () => {
    const error = (() => {
      try {
        return parseInput(spec, {});
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: '/layers' }, { path: '/batchSize' }, { path: '/optimizer' }],
    });
  });
});
