import { describe, expect, it } from 'vitest';
import { createLoss, LOSSES } from '../../src/engine/losses/losses.ts';
import { createOptimizer, OPTIMIZERS } from '../../src/engine/optimizers/optimizers.ts';
import { type Definition, isNumberOption, type NumberOption, type Option } from '../../src/engine/options.ts';
import { SCHEDULES } from '../../src/engine/schedules/schedules.ts';
import { optionsSchema } from '../../src/training/schemas/options.ts';
import { HIDDEN, sampleTrainer } from './sampleTraining.ts';

const TABLES: Readonly<Record<string, Readonly<Record<string, Definition<object, unknown>>>>> = {
  LOSSES,
  OPTIMIZERS,
  SCHEDULES,
};

/** Every numeric option, with its table and type. */
const NUMBERS = Object.entries(TABLES).flatMap(([table, rows]) =>
  Object.entries(rows).flatMap(([type, { options }]) =>
    Object.entries<Option>(options).flatMap(([name, option]) =>
      isNumberOption(option) ? [{ table, type, name, option }] : [],
    ),
  ),
);

/** Numbers right outside of a range. */
function outside({ min, above, max, below, integer }: NumberOption): readonly number[] {
  const step = integer ? 1 : 1e-6;
  return [
    ...(min === undefined ? [] : [min - step]),
    ...(above === undefined ? [] : [above]),
    ...(max === undefined ? [] : [max + Math.max(step, 1e-9 * max)]),
    ...(below === undefined ? [] : [below]),
    ...(integer ? [1.5] : []),
    Number.NaN,
  ];
}

describe('a table of definitions', () => {
  it('has the defaults of its options', () => {
    expect(OPTIMIZERS.adam.defaults).toMatchObject({ learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
    expect(OPTIMIZERS.adamw.defaults.weightDecay).toBe(0.01);
    expect(LOSSES.huber.defaults).toEqual({ delta: 1 });
  });

  it('rejects an unknown option', () => {
    expect(() => LOSSES.mse.create({ delta: 1 })).toThrow("Unknown option 'delta'.");
    expect(() => OPTIMIZERS.sgd.create({ beta1: 0.9 })).toThrow(TypeError);
  });

  it('rejects values that do not go together, or do not fit the network', () => {
    expect(() => createOptimizer({ type: 'sgd', nesterov: true })).toThrow(RangeError);
    expect(() => sampleTrainer(HIDDEN, { type: 'crossEntropy', classWeights: [1, 2] })).toThrow(RangeError);
  });

  it('names the option, the limits and the value in its error', () => {
    expect(() => createLoss({ type: 'huber', delta: 0 })).toThrow(
      "Option 'delta' must be above 0 and at most 1000000, not 0.",
    );
    expect(() => SCHEDULES.step.create({ stepSize: 0.5 })).toThrow(
      "Option 'stepSize' must be an integer, at least 1 and at most 100000, not 0.5.",
    );
  });

  it.each(NUMBERS)('limits $name of $type', ({ table, type, name, option }) => {
    const { create } = TABLES[table][type];
    const schema = optionsSchema(TABLES[table]);
    const isPublic = option.separate === undefined;
    create({ [name]: option.default });
    expect(schema.safeParse({ type, [name]: option.default }).success).toBe(isPublic);
    for (const value of outside(option)) {
      expect(() => create({ [name]: value }), `${value}`).toThrow(RangeError);
      expect(schema.safeParse({ type, [name]: value }).success, `${value}`).toBe(false);
    }
  });
});

describe('a nested option', () => {
  const create = (rest: object) => OPTIMIZERS.muon.create({ rest });
  const schema = optionsSchema(OPTIMIZERS);
  const errorsOf = (rest: object) =>
    schema.safeParse({ type: 'muon', rest }).error?.issues.map(({ path }) => path.join('/'));

  it('has the defaults of its own options, and one type', () => {
    const complete = { type: 'adamw', learningRate: 0.004, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.03 };
    expect(schema.parse({ type: 'muon', rest: { learningRate: 0.004 } })).toMatchObject({ rest: complete });
    expect(schema.parse({ type: 'muon' })).toMatchObject({ rest: { ...complete, learningRate: 0.0015 } });
    expect(create({ learningRate: 0.005 }).hiddenWeights?.restRateFactor).toBe(0.5);
    expect(create({ learningRate: 0.005 }).weightDecay).toBe(0.03);
  });

  it('rejects other types, unknown options and values outside their ranges', () => {
    expect(() => create({ type: 'sgd' })).toThrow("Option 'rest' must have the type 'adamw', not 'sgd'.");
    expect(() => create({ momentum: 0.9 })).toThrow("Unknown option 'momentum'.");
    expect(() => create({ beta1: 1 })).toThrow(RangeError);
    expect(errorsOf({ type: 'sgd' })).toEqual(['rest/type']);
    expect(errorsOf({ momentum: 0.9 })).toEqual(['rest']);
    expect(errorsOf({ beta1: 1 })).toEqual(['rest/beta1']);
  });
});
