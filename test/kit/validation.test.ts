import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MAX_LISTED, ServiceError } from '../../src/kit/contract/errors.ts';
import { limitedRecord } from '../../src/kit/contract/limitedRecord.ts';
import { check, invalid, parseInput } from '../../src/kit/contract/validation.ts';

const layer = z.strictObject({ units: z.int().min(1), activation: z.enum(['relu', 'tanh']) });
const spec = z.strictObject({
  layers: z.array(layer).max(64),
  batchSize: z.union([z.int().min(1), z.literal('full')]),
  optimizer: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('sgd'), momentum: z.number() }),
    z.strictObject({ type: z.literal('adam'), beta1: z.number().gt(0).lt(1) }),
  ]),
});
const good = { layers: [{ units: 3, activation: 'relu' }], batchSize: 'full', optimizer: { type: 'adam', beta1: 0.9 } };

function errorsOf(schema: z.ZodType, input: unknown): readonly string[] {
  const checked = check(schema, input);
  return checked.ok ? [] : checked.errors.map(({ path, message }) => `${path}: ${message}`);
}

function pathsOf(input: unknown): readonly string[] {
  return errorsOf(spec, input).map((error) => error.split(':')[0]);
}

describe('check', () => {
  it('lists every issue with a JSON pointer', () => {
    const layers = [
      { units: -1, activation: 'relu' },
      { units: 2, activation: 'reluu' },
    ];
    expect(pathsOf({ ...good, layers, batchSize: 0 })).toEqual([
      '/layers/0/units',
      '/layers/1/activation',
      '/batchSize',
    ]);
  });

  it('says what is wrong with the name of an entry', () => {
    const labels = z.record(z.string().regex(/^[a-z]+$/, 'Small letters only.'), z.string());
    expect(errorsOf(labels, { a: 'x', 'B c': 'y' })).toEqual(['/B c: Small letters only.']);
  });

  it('names an unknown field by its own path, escaped', () => {
    expect(pathsOf({ ...good, 'a/b~c': 1, layers: [{ ...good.layers[0], unit: 3 }] })).toEqual([
      '/layers/0/unit',
      '/a~1b~0c',
    ]);
  });

  it('reads no more issues than it lists, however many there are', () => {
    const unknown = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]));
    expect(pathsOf({ ...good, ...unknown })).toHaveLength(MAX_LISTED + 1);
    expect(errorsOf(z.array(z.string()), Array(5000).fill(1))).toHaveLength(MAX_LISTED + 1);
  });

  it('checks no entry of a record with too many, and all entries of one at the limit', () => {
    let seen = 0;
    const count = z.custom<number>(() => ++seen > 0);
    const record = limitedRecord(z.string(), count, 64);
    const entries = (length: number) => Object.fromEntries(Array.from({ length }, (_, i) => [`k${i}`, i]));
    expect(errorsOf(record.optional(), entries(16_000))).toEqual([': Must have at most 64 members, got 16000.']);
    expect(seen).toBe(0);
    expect(errorsOf(record.optional(), entries(64))).toEqual([]);
    expect(seen).toBe(64);
    expect(z.toJSONSchema(limitedRecord(z.string(), z.int(), 64))).toMatchObject({ type: 'object', maxProperties: 64 });
  });
});

describe('a message', () => {
  const optionalField = z.strictObject({ name: z.string(), learningRate: z.number().optional() });
  const kinds = { loss: z.union([z.enum(['mse', 'mae']), z.strictObject({ type: z.literal('huber') })]) };
  const item = z.enum(['a']);
  const repeated = z.union([item, z.array(item)]);
  const messages = z.union([
    z.strictObject({ number: z.int(), objective: z.number() }),
    z.strictObject({ number: z.int(), objectives: z.record(z.string(), z.number()) }),
    z.strictObject({ number: z.int(), failed: z.literal(true), message: z.string().optional() }),
  ]);

  it.each<[string, z.ZodType, unknown, readonly string[]]>([
    ['a missing string', optionalField, {}, ['/name: Missing: give a string.']],
    ['a missing whole number', z.object({ a: z.int() }), {}, ['/a: Missing: give a whole number.']],
    ['a missing choice', z.object({ a: z.enum(['x', 'y']) }), {}, ['/a: Missing: give one of `x`, `y`.']],
    ['a missing union', z.object(kinds), {}, ['/loss: Missing: give one of `mse`, `mae` or an object.']],
    ['a missing kind', spec.shape.optimizer, {}, ['/type: Missing: give one of `sgd`, `adam`.']],
    ['another type', z.string(), 5, [': Must be a string, got 5.']],
    ['null', z.string(), null, [': Must be a string, got null.']],
    ['a list', z.record(z.string(), z.int()), [1], [': Must be an object, got a list.']],
    ['an object', z.array(z.int()), { a: 1 }, [': Must be a list, got an object.']],
    ['a fraction', z.int(), 1.5, [': Must be a whole number, got 1.5.']],
    ['a number as text', z.int(), '1', [': Must be a whole number, got "1".']],
    ['a long text', z.int(), 'x'.repeat(1000), [`: Must be a whole number, got "${'x'.repeat(60)}"….`]],
    [
      'a number too large for a double',
      z.number(),
      JSON.parse('1e999'),
      [': Must be a finite number: this one is too large.'],
    ],
    ['a truth value', z.boolean(), 'yes', [': Must be true or false, got "yes".']],
    ['too little', z.int().min(1), 0, [': Must be at least 1, got 0.']],
    ['too much', z.number().max(100), 100.5, [': Must be at most 100, got 100.5.']],
    ['the open end below', z.number().positive(), 0, [': Must be greater than 0, got 0.']],
    ['the open end above', z.number().lt(1), 1, [': Must be less than 1, got 1.']],
    ['an empty text', z.string().min(1), '', [': Must have at least 1 character, got 0.']],
    ['a text too long', z.string().max(3), 'abcd', [': Must have at most 3 characters, got 4.']],
    ['too many elements', z.array(z.int()).max(2), [1, 2, 3], [': Must have at most 2 items, got 3.']],
    ['no time', z.iso.datetime(), 'today', [': Must be a time in UTC such as 2026-01-31T12:00:00Z, got "today".']],
    [
      'an unknown choice',
      layer.shape.activation,
      'reluu',
      [': Must be one of `relu`, `tanh`, got "reluu". Did you mean `relu`?'],
    ],
    [
      'a choice that is like none',
      layer.shape.activation,
      'softmax',
      [': Must be one of `relu`, `tanh`, got "softmax".'],
    ],
    [
      'an unknown kind',
      spec.shape.optimizer,
      { type: 'adma' },
      ['/type: Must be one of `sgd`, `adam`, got "adma". Did you mean `adam`?'],
    ],
    [
      'an unknown field of a kind',
      spec.shape.optimizer,
      { type: 'sgd', momentum: 0, momentun: 1 },
      ['/momentun: Unknown field. Did you mean `momentum`?'],
    ],
    [
      'a misspelt field',
      optionalField,
      { name: 'a', learning_rate: 1 },
      ['/learning_rate: Unknown field. Did you mean `learningRate`?'],
    ],
    [
      'no value of a union',
      spec.shape.batchSize,
      'ful',
      [': Must be a whole number or `full`, got "ful". Did you mean `full`?'],
    ],
    ['the right type of a union', spec.shape.batchSize, 0, [': Must be at least 1, got 0.']],
    ['a list of an option', repeated, 5, [': Must be `a`, got 5.']],
    [
      'a choice in a union',
      z.object(kinds),
      { loss: 'mea' },
      ['/loss: Must be one of `mse`, `mae` or an object, got "mea". Did you mean `mae`?'],
    ],
    [
      'an object in a union',
      z.object(kinds),
      { loss: { type: 'hubr' } },
      ['/loss/type: Must be `huber`, got "hubr". Did you mean `huber`?'],
    ],
    [
      'none of several objects',
      messages,
      { number: 1 },
      [': Missing: give one of `objective`, `objectives`, `failed`.'],
    ],
    [
      'the object that is meant',
      messages,
      { number: 1, failed: true, mesage: 'x' },
      ['/mesage: Unknown field. Did you mean `message`?'],
    ],
    [
      'the object with the fewest issues',
      messages,
      { number: 1, objective: 'NaN' },
      ['/objective: Must be a number, got "NaN".'],
    ],
    [
      'what is inside a branch',
      messages,
      { number: 1, objectives: { loss: 'x' } },
      ['/objectives/loss: Must be a number, got "x".'],
    ],
  ])('about %s has the expected and the actual value', (_, schema, input, errors) => {
    expect(errorsOf(schema, input)).toEqual(errors);
  });
});

describe('parseInput', () => {
  it('returns the parsed input', () => {
    expect(parseInput(spec, good)).toEqual(good);
  });

  it('throws one error with all issues', () => {
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

describe('the detail of an error', () => {
  const errors = (count: number) => Array.from({ length: count }, (_, i) => ({ path: `/${i}`, message: `No ${i}.` }));

  it.each([
    [1, 'The request has 1 mistake. /0: No 0.'],
    [2, 'The request has 2 mistakes. /0: No 0. /1: No 1.'],
    [4, 'The request has 4 mistakes. The first 3: /0: No 0. /1: No 1. /2: No 2.'],
    [300, 'The request has more than 100 mistakes. The first 3: /0: No 0. /1: No 1. /2: No 2.'],
  ])('counts %i issues and has the first three', (count, detail) => {
    const error = invalid('invalid_request', 'The request', errors(count));
    expect(error.message).toBe(detail);
    expect(error.errors).toHaveLength(Math.min(count, 100));
  });

  it('shortens each of them', () => {
    const error = invalid('invalid_request', 'The request', [{ path: `/${'x'.repeat(5000)}`, message: 'No.' }]);
    expect(error.message.length).toBeLessThan(400);
  });
});
