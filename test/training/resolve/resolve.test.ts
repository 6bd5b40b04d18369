import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { resolveSpec } from '../../../src/training/resolve/resolve.ts';
import type { DatasetShape } from '../../../src/training/resolve/shape.ts';
import { specRequestSchema, trainingSpecSchema } from '../../../src/training/schemas/spec.ts';

const ADULT: DatasetShape = {
  rows: 48842,
  columns: [
    { name: 'age', type: 'numeric', missing: 0, distinct: 74, min: 17, max: 90 },
    { name: 'workclass', type: 'categorical', missing: 2799, distinct: 8 },
    { name: 'id', type: 'identifier', missing: 0, distinct: 48842 },
    { name: 'when', type: 'datetime', missing: 0, distinct: 900 },
    { name: 'gain', type: 'numeric', missing: 0, distinct: 100, min: -10, max: 99999 },
    { name: 'income', type: 'categorical', missing: 0, distinct: 2, top: [{ value: '<=50K' }, { value: '>50K' }] },
    { name: 'split', type: 'categorical', missing: 0, distinct: 3 },
  ],
};

function resolve(request: z.input<typeof specRequestSchema>, dataset = ADULT) {
  return resolveSpec(specRequestSchema.parse(request), dataset);
}

function mistakesOf(request: z.input<typeof specRequestSchema>, dataset = ADULT) {
  return resolve(request, dataset).errors.map(({ path }) => path);
}

const onlyTarget = (target: Partial<DatasetShape['columns'][number]>): DatasetShape => ({
  rows: 1000,
  columns: [
    { name: 'y', type: 'numeric', missing: 0, distinct: 10, ...target },
    { name: 'x', type: 'numeric', missing: 0, distinct: 100, min: 0, max: 1 },
  ],
});

describe('an unknown column name', () => {
  it('is reported with a similar column', () => {
    const { errors } = resolve({ target: 'incom', features: { exclude: ['work_class', 'sex'] } });
    expect(errors).toEqual([
      { path: '/target', message: "The dataset has no column 'incom'. Did you mean `income`?" },
      { path: '/features/exclude/0', message: "The dataset has no column 'work_class'. Did you mean `workclass`?" },
      { path: '/features/exclude/1', message: "The dataset has no column 'sex'." },
    ]);
  });

  it('is looked up once, however many there are, and listed up to a hundred times', () => {
    let read = 0;
    const columns = Array.from({ length: 2000 }, (_, i) => ({
      ...ADULT.columns[0],
      get name() {
        read += 1;
        return `column ${i}`;
      },
    }));
    const names = Array.from({ length: 2000 }, (_, i) => `name ${i}`);
    const { errors } = resolve({ target: 'y', features: { exclude: names, include: names } }, { rows: 9, columns });
    expect(errors).toHaveLength(101);
    // A few reads for all columns and for each suggestion.
    expect(read).toBeLessThan(40 * 2000);
  });
});

describe('a request with only a target', () => {
  it('gets every default', () => {
    const { spec } = resolve({ target: 'income', split: { method: 'column', column: 'split' } });
    expect(trainingSpecSchema.parse(spec)).toEqual(spec);
    expect(spec).toMatchObject({
      task: 'binary',
      weightColumn: null,
      split: { method: 'column', column: 'split', validation: 0.1, seed: 1 },
      training: { loss: 'binaryCrossEntropy', optimizer: { type: 'adamw' }, batchSize: 256, seed: 1 },
    });
    expect(spec?.network.layers[0]).toEqual({
      units: 256,
      activation: 'mish',
      initializer: 'he',
      normalization: null,
      dropout: 0.15,
    });
    expect(spec?.features.bins).toBe(48);
  });

  it('averages the parameters of the default network, unless there are few steps', () => {
    const averaging = (request: object) => resolve({ target: 'income', ...request }).spec?.training.averaging;
    expect(averaging({})).toEqual({ decay: 0.97 });
    expect(averaging({ training: { averaging: null } })).toBeNull();
    expect(averaging({ training: { epochs: 20, batchSize: 'full' } })).toBeNull();
    expect(averaging({ training: { epochs: 2, batchSize: 1024 } })).toBeNull();
  });

  it('has the layers of the request, with relu and without an average by default', () => {
    const { spec } = resolve({ target: 'income', network: { layers: [{ units: 5 }] } });
    expect(spec?.network.layers).toEqual([
      { units: 5, activation: 'relu', initializer: 'he', normalization: null, dropout: 0 },
    ]);
    expect(spec?.training.averaging).toBeNull();
  });

  it('has as many bins as rows and number columns allow', () => {
    const bins = (rows: number, numbers: number) => {
      const columns = Array.from({ length: numbers }, (_, i) => ({ ...ADULT.columns[0], name: `x${i}` }));
      return resolve(
        { target: 'y' },
        { rows, columns: [...columns, ...onlyTarget({ type: 'boolean', distinct: 2 }).columns.slice(0, 1)] },
      ).spec?.features.bins;
    };
    expect(bins(100_000, 10)).toBe(48);
    expect(bins(2000, 10)).toBe(20);
    expect(bins(150, 10)).toBe(0);
    expect(bins(100_000, 100)).toBe(10);
    expect(bins(100_000, 512)).toBe(2);
    expect(bins(100_000, 700)).toBe(0);
  });

  it("shows a loss's own option next to its name", () => {
    const lossOf = (loss: 'huber' | 'mse') => resolve({ target: 'age', training: { loss } }).spec?.training.loss;
    expect([lossOf('huber'), lossOf('mse')]).toEqual([{ type: 'huber', delta: 1 }, 'mse']);
  });

  it('is unchanged when resolved again', () => {
    const { spec } = resolve({ target: 'income' });
    if (spec === null) throw new Error('the request has a mistake');
    expect(resolve(spec).spec).toEqual(spec);
  });

  it('trains fewer epochs for more computation, but always some', () => {
    const epochs = (rows: number, inputs: number) => {
      const columns = Array.from({ length: inputs }, (_, i) => ({ ...ADULT.columns[0], name: `x${i}` }));
      return (
        resolve({ target: 'y' }, { rows, columns: [...columns, ...onlyTarget({}).columns] }).spec?.training.epochs ?? 0
      );
    };
    expect(epochs(150, 4)).toBeGreaterThan(epochs(20_000, 4));
    expect(epochs(20_000, 4)).toBeGreaterThan(epochs(60_000, 700));
    expect(epochs(10_000_000, 700)).toBe(12);
  });
});

describe('a number column with two values', () => {
  const column = (name: string, distinct: number) =>
    ({ name, type: 'numeric', missing: 5, distinct, min: 0, max: 1 }) as const;
  const dataset = {
    rows: 500,
    columns: [column('flag', 2), column('share', 3), column('part', 2), column('bought', 2)],
  };
  const featuresOf = (features: object) =>
    resolveSpec(specRequestSchema.parse({ target: 'bought', task: 'binary', features }), dataset).spec?.features;

  it('is a category by default, which the resolved request shows', () => {
    expect(featuresOf({ exclude: ['part'] })?.types).toEqual({ flag: 'categorical' });
    expect(featuresOf({})?.types).toEqual({ flag: 'categorical', part: 'categorical' });
  });

  it('stays a number where the request says so', () => {
    const types = { flag: 'numeric', share: 'categorical' };
    expect(featuresOf({ types, exclude: ['part'] })?.types).toEqual(types);
  });
});

describe('the groups of an optimizer', () => {
  const groupsOf = (optimizer: object) =>
    resolve({ target: 'age', training: { optimizer } } as z.input<typeof specRequestSchema>).spec?.training.optimizer
      .groups;

  it('of adamw spare biases, normalization and embeddings its decay, unless the request has groups', () => {
    const spared = { parameters: ['bias', 'normalization', 'embedding'], rateFactor: 1, weightDecay: 0 };
    expect(resolve({ target: 'age' }).spec?.training.optimizer.groups).toEqual([spared]);
    expect(groupsOf({ type: 'adamw' })).toEqual([spared]);
    expect(groupsOf({ type: 'adamw', groups: [] })).toEqual([]);
    expect(groupsOf({ type: 'adam', weightDecay: 0.1 })).toEqual([]);
  });

  it('of muon spare the same parameters, and have the decay of the W or of the rest where the request has none', () => {
    const spared = { parameters: ['bias', 'normalization', 'embedding'], rateFactor: 1, weightDecay: 0 };
    expect(groupsOf({ type: 'muon' })).toEqual([spared]);
    const groups = [{ parameters: ['W1'] }, { parameters: ['bias'], rateFactor: 2 }];
    expect(groupsOf({ type: 'muon', weightDecay: 0.2, rest: { weightDecay: 0.1 }, groups })).toEqual([
      { parameters: ['W1'], rateFactor: 1, weightDecay: 0.2 },
      { parameters: ['bias'], rateFactor: 2, weightDecay: 0.1 },
    ]);
  });

  it("have the optimizer's decay and the factor 1 where the request has none", () => {
    const groups = [
      { parameters: ['W1'], rateFactor: 0.1 },
      { parameters: ['bias'], weightDecay: 0 },
    ];
    expect(groupsOf({ type: 'sgd', weightDecay: 0.3, groups })).toEqual([
      { parameters: ['W1'], rateFactor: 0.1, weightDecay: 0.3 },
      { parameters: ['bias'], rateFactor: 1, weightDecay: 0 },
    ]);
  });

  it('name kinds and parameters of the network, each once', () => {
    const { errors } = resolve({
      target: 'age',
      network: { layers: [{ units: 4, normalization: 'layer' }] },
      training: {
        optimizer: {
          type: 'adam',
          groups: [
            { parameters: ['biases', 'W3', 'bias'] },
            { parameters: ['gamma1', 'b2', 'normalization', 'W1', 'W1'] },
          ],
        },
      },
    });
    const path = '/training/optimizer/groups';
    const names = "'weight', 'bias', 'normalization', 'embedding', 'W1', 'b1', 'gamma1', 'beta1', 'W2', 'b2'";
    expect(errors).toEqual([
      {
        path: `${path}/0/parameters/0`,
        message: `The network has no parameter 'biases'. Did you mean \`bias\`? Use ${names}.`,
      },
      { path: `${path}/0/parameters/1`, message: expect.stringContaining(`Use ${names}.`) },
      {
        path: `${path}/1/parameters/1`,
        message: "'b2' is already in a group. Remove it from one of them.",
      },
      {
        path: `${path}/1/parameters/2`,
        message: "'normalization' contains gamma1, which is already in a group. Remove it from one of them.",
      },
      { path: `${path}/1/parameters/4`, message: "'W1' is already in a group. Remove it from one of them." },
    ]);
  });

  it('have limits, and no other field', () => {
    const parsed = specRequestSchema.safeParse({
      target: 'age',
      training: {
        averaging: { decay: 1 },
        optimizer: {
          type: 'adam',
          groups: [{ parameters: [], rateFactor: -1 }, { parameters: ['W1'], weightDecay: -1, decay: 0 }, {}],
        },
      },
    });
    expect(parsed.error?.issues.map(({ path }) => path.join('/')).toSorted()).toEqual([
      'training/averaging/decay',
      'training/optimizer/groups/0/parameters',
      'training/optimizer/groups/0/rateFactor',
      'training/optimizer/groups/1',
      'training/optimizer/groups/1/weightDecay',
      'training/optimizer/groups/2/parameters',
    ]);
  });
});

describe('the task', () => {
  it.each([
    ['two words', { type: 'categorical', distinct: 2 }, 'binary'],
    ['three words', { type: 'categorical', distinct: 3 }, 'multiclass'],
    ['booleans', { type: 'boolean', distinct: 2, min: 0, max: 1 }, 'binary'],
    ['0 and 1', { distinct: 2, min: 0, max: 1 }, 'binary'],
    ['digits', { distinct: 10, min: 0, max: 9 }, 'multiclass'],
    ['grades from 3 to 9', { distinct: 7, min: 3, max: 9 }, 'regression'],
    ['prices', { distinct: 700, min: 0.5, max: 9000 }, 'regression'],
    ['counts to a thousand', { distinct: 1000, min: 1, max: 1000 }, 'regression'],
  ] as const)('is inferred from %s', (_what, target, task) => {
    expect(resolve({ target: 'y' }, onlyTarget(target)).spec?.task).toBe(task);
  });

  it('inferred from whole numbers causes a warning', () => {
    const resolution = resolve({ target: 'y' }, onlyTarget({ distinct: 10, min: 0, max: 9 }));
    expect(resolution.spec && resolution.warnings.map(({ code }) => code)).toEqual(['task_inferred']);
  });
});

describe('mistakes', () => {
  it('are reported all at once, each with its pointer', () => {
    const mistakes = mistakesOf({
      target: 'salary',
      weightColumn: 'workclass',
      features: { exclude: ['agee', 'age'], types: { age: 'categorical', nothing: 'numeric' } },
      split: { method: 'group', stratify: true },
    });
    expect(mistakes).toEqual([
      '/target',
      '/weightColumn',
      '/split/stratify',
      '/split/column',
      '/features/exclude/0',
      '/features/types/age',
      '/features/types/nothing',
    ]);
  });

  it.each([
    ['a target of one value', { target: 'y' }, onlyTarget({ distinct: 1 }), '/target'],
    ['a target without values', { target: 'y' }, onlyTarget({ distinct: 0, missing: 1000 }), '/target'],
    ['a target of times', { target: 'when' }, ADULT, '/target'],
    ['a target with unique values', { target: 'id' }, ADULT, '/target'],
    ['no rows', { target: 'y' }, { ...onlyTarget({}), rows: 0 }, '/datasetId'],
    ['one row', { target: 'y' }, { ...onlyTarget({}), rows: 1 }, '/datasetId'],
    ['no features', { target: 'y', features: { exclude: ['x'] } }, onlyTarget({}), '/features'],
    ['a binary target of eight values', { target: 'workclass', task: 'binary' }, ADULT, '/task'],
    ['a regression of texts', { target: 'workclass', task: 'regression' }, ADULT, '/task'],
    ['a loss of classes for numbers', { target: 'age', training: { loss: 'crossEntropy' } }, ADULT, '/training/loss'],
    ['a loss of numbers for classes', { target: 'income', training: { loss: 'mse' } }, ADULT, '/training/loss'],
    ['counts below zero', { target: 'gain', training: { loss: 'poisson' } }, ADULT, '/training/loss'],
    ['negative weights', { target: 'income', weightColumn: 'gain' }, ADULT, '/weightColumn'],
    [
      'a missing split column',
      { target: 'income', split: { method: 'column', column: 'parts' } },
      ADULT,
      '/split/column',
    ],
    [
      'a split column with other values',
      { target: 'age', split: { method: 'column', column: 'income' } },
      ADULT,
      '/split/column',
    ],
    [
      'groups of the target',
      { target: 'income', split: { method: 'group', column: 'income' } },
      ADULT,
      '/split/column',
    ],
    ['weights that are the target', { target: 'age', weightColumn: 'age' }, ADULT, '/weightColumn'],
    [
      'the weight of an unknown class',
      { target: 'income', training: { classWeights: { '>50K': 2, 'rich/poor': 1 } } },
      ADULT,
      '/training/classWeights/rich~1poor',
    ],
    ['splits without training rows', { target: 'income', split: { validation: 0.5, test: 0.5 } }, ADULT, '/split'],
    ['classes to stratify a regression by', { target: 'age', split: { stratify: true } }, ADULT, '/split/stratify'],
    [
      'a metric of the other task',
      { target: 'age', training: { earlyStopping: { metric: 'f1' } } },
      ADULT,
      '/training/earlyStopping/metric',
    ],
    [
      'class weights of numbers',
      { target: 'age', training: { classWeights: 'balanced' } },
      ADULT,
      '/training/classWeights',
    ],
    [
      'labels of numbers to smooth',
      { target: 'age', training: { labelSmoothing: 0.1 } },
      ADULT,
      '/training/labelSmoothing',
    ],
    [
      'nesterov without momentum',
      { target: 'age', training: { optimizer: { type: 'sgd', nesterov: true } } },
      ADULT,
      '/training/optimizer/nesterov',
    ],
    [
      'batches of one row with batch normalization',
      { target: 'age', network: { layers: [{ units: 4, normalization: 'batch' }] }, training: { batchSize: 1 } },
      ADULT,
      '/training/batchSize',
    ],
    ['the target as a feature', { target: 'income', features: { include: ['income'] } }, ADULT, '/features/include/0'],
  ] as const)('include %s', (_what, request, dataset, path) => {
    // The rows of the table are constants; a request is any JSON that the schema accepts.
    expect(mistakesOf(structuredClone(request) as z.input<typeof specRequestSchema>, dataset)).toContain(path);
  });

  it('in its form are all reported, with their pointers', () => {
    const parsed = specRequestSchema.safeParse({
      target: 3,
      task: 'guess',
      extra: true,
      split: { method: 'half' },
      network: { layers: [{ units: -5, activation: 'step' }] },
      training: {
        optimizer: { type: 'adam', learningRate: 0, momentum: 1 },
        schedule: { type: 'zigzag' },
        epochs: 0,
        batchSize: 'half',
      },
    });
    expect(parsed.error?.issues.map(({ path }) => path.join('/')).toSorted()).toEqual([
      '',
      'network/layers/0/activation',
      'network/layers/0/units',
      'split/method',
      'target',
      'task',
      'training/batchSize',
      'training/epochs',
      'training/optimizer',
      'training/optimizer/learningRate',
      'training/schedule/type',
    ]);
  });
});

describe('class weights that name no class', () => {
  const messageOf = (target: Partial<DatasetShape['columns'][number]>, classWeights: Record<string, number>) =>
    resolve({ target: 'y', training: { classWeights } }, onlyTarget(target)).errors.map(({ message }) => message);

  it('list the classes of words', () => {
    const target = { type: 'categorical', distinct: 2, top: [{ value: 'no' }, { value: 'yes' }] } as const;
    expect(messageOf(target, { ja: 2 })).toEqual(["The target has no class 'ja'. The classes are 'no', 'yes'."]);
  });

  it('list the classes of booleans and of two numbers', () => {
    const flags = { type: 'boolean', distinct: 2, top: [{ value: 'true' }, { value: 'false' }] } as const;
    expect(messageOf(flags, { ja: 2 })).toEqual(["The target has no class 'ja'. The classes are 'true', 'false'."]);
    expect(messageOf({ distinct: 2, min: 0, max: 1 }, { '0.0': 2 })).toEqual([
      "The target has no class '0.0'. The classes are '0', '1'.",
    ]);
    expect(messageOf({ distinct: 2, min: 0, max: 1 }, { 0: 2 })).toEqual([]);
  });
});

describe('batch normalization', () => {
  const normalized = (batchSize: number | 'full', normalization: 'batch' | 'layer') =>
    mistakesOf({
      target: 'age',
      network: { layers: [{ units: 4 }, { units: 4, normalization }] },
      training: { batchSize },
    });

  it('needs batches of two rows, which a layer normalization does not', () => {
    expect(normalized(2, 'batch')).toEqual([]);
    expect(normalized('full', 'batch')).toEqual([]);
    expect(normalized(1, 'layer')).toEqual([]);
    expect(normalized(1, 'batch')).toEqual(['/training/batchSize']);
  });
});

describe('the schema', () => {
  it("accepts the engine's options and their defaults", () => {
    const { training } = specRequestSchema.parse({
      target: 'y',
      training: { optimizer: { type: 'sgd', momentum: 0.9 }, loss: { type: 'huber' } },
    });
    expect(training?.optimizer).toEqual({
      type: 'sgd',
      learningRate: 0.001,
      momentum: 0.9,
      nesterov: false,
      weightDecay: 0,
    });
    expect(
      specRequestSchema.parse({ target: 'y', training: { averaging: { decay: 0.9 } } }).training?.averaging,
    ).toEqual({
      decay: 0.9,
    });
    expect(training?.loss).toEqual({ type: 'huber', delta: 1 });
  });

  it('can be written as JSON Schema', () => {
    expect(z.toJSONSchema(specRequestSchema, { io: 'input' })).toMatchObject({ type: 'object', required: ['target'] });
  });
});
