import fc from 'fast-check';
import type { ParameterDefinition } from '../../../src/search/space/parameter.ts';
import { type SpaceDefinition, spaceSchema } from '../../../src/search/space/schema.ts';

/** A space with each distribution, a condition, and a chain of conditions. */
export const OPTIMIZERS: SpaceDefinition = spaceSchema.parse({
  'training.optimizer.momentum': {
    type: 'uniform',
    min: 0,
    max: 0.99,
    when: { 'training.optimizer.type': ['sgd'] },
  },
  'training.optimizer.type': { type: 'choice', values: ['sgd', 'adam'] },
  'training.optimizer.nesterov': {
    type: 'choice',
    values: [true, false],
    when: { 'training.optimizer.type': ['sgd'] },
  },
  'training.optimizer.learningRate': { type: 'logUniform', min: 1e-4, max: 0.1 },
  'training.batchSize': { type: 'logInteger', min: 8, max: 512 },
  'training.epochs': { type: 'integer', min: 10, max: 50, step: 10, when: { 'training.optimizer.nesterov': [true] } },
});

/** The same without continuous parameters, so that it has a grid. */
export const GRID: SpaceDefinition = spaceSchema.parse({
  type: { type: 'choice', values: ['sgd', 'adam', { custom: 1 }] },
  momentum: { type: 'uniform', min: 0.1, max: 0.5, step: 0.1, when: { type: ['sgd'] } },
  units: { type: 'integer', min: 1, max: 2 },
});

const decimal = fc.double({ min: -1000, max: 1000, noNaN: true });
const positive = fc.double({ min: 1e-6, max: 1000, noNaN: true });
const whole = fc.integer({ min: -500, max: 500 });

const definition: fc.Arbitrary<ParameterDefinition> = fc.oneof(
  fc.tuple(decimal, fc.constantFrom(0, 0.001, 1, 250.5)).map(([min, range]) => ({
    type: 'uniform' as const,
    min,
    max: min + range,
  })),
  fc.tuple(whole, fc.integer({ min: 1, max: 40 }), fc.constantFrom(0.1, 0.25, 3)).map(([min, steps, step]) => ({
    type: 'uniform' as const,
    min: min / 10,
    max: min / 10 + (steps + 0.5) * step,
    step,
  })),
  fc.tuple(positive, fc.constantFrom(1, 1.001, 10, 1e6)).map(([min, factor]) => ({
    type: 'logUniform' as const,
    min,
    max: min * factor,
  })),
  fc.tuple(whole, fc.nat(1000), fc.integer({ min: 1, max: 7 })).map(([min, range, step]) => ({
    type: 'integer' as const,
    min,
    max: min + range,
    step,
  })),
  fc.tuple(fc.integer({ min: 1, max: 100 }), fc.nat(10_000)).map(([min, range]) => ({
    type: 'logInteger' as const,
    min,
    max: min + range,
  })),
  fc
    .uniqueArray(fc.jsonValue({ noUnicodeString: true, maxDepth: 1 }), {
      minLength: 1,
      maxLength: 4,
      comparator: sameText,
    })
    .map((values) => ({ type: 'choice' as const, values: JSON.parse(JSON.stringify(values)) })),
);

function sameText(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Any space of up to four parameters. The last can depend on the first if that is a choice. */
export const anySpace: fc.Arbitrary<SpaceDefinition> = fc
  .array(definition, { minLength: 1, maxLength: 4 })
  .map((definitions) => {
    const [first] = definitions;
    const isConditional = definitions.length > 1 && first.type === 'choice';
    return Object.fromEntries(
      definitions.map((each, i): [string, ParameterDefinition] => {
        const depends = isConditional && i === definitions.length - 1;
        return [`p${i}`, depends ? { ...each, when: { p0: [first.values[0]] } } : each];
      }),
    );
  });
