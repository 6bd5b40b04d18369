import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { sizeOf } from '../../../src/engine/network/size.ts';
import { learnedParameters } from '../../../src/engine/network/spec.ts';
import { updateCostOf } from '../../../src/engine/optimizers/hiddenWeights.ts';
import { createOptimizer } from '../../../src/engine/optimizers/optimizers.ts';
import { networkOf } from '../../../src/training/estimate/networkOf.ts';
import { resolveEnsemble } from '../../../src/training/resolve/ensemble/resolveEnsemble.ts';
import type { DatasetShape } from '../../../src/training/resolve/shape.ts';
import {
  budgetSchema,
  type EnsembleSpec,
  effortSchema,
  ensembleNetworks,
  ensembleRequestSchema,
  ensembleSpecSchema,
  memberSpecs,
} from '../../../src/training/schemas/ensemble.ts';
import { specRequestSchema, type TrainingSpec, trainingSpecSchema } from '../../../src/training/schemas/spec.ts';

const requestSchema = specRequestSchema.extend({
  ensemble: ensembleRequestSchema.nullable().optional(),
  effort: effortSchema.optional(),
  budget: budgetSchema.optional(),
});
type Request = z.input<typeof requestSchema>;

const column = { type: 'numeric' as const, missing: 0, distinct: 500, min: 0, max: 9 };
const TABLE = {
  rows: 20_000,
  columns: [
    { ...column, name: 'a' },
    { ...column, name: 'b' },
    { name: 'colour', type: 'categorical' as const, missing: 0, distinct: 3 },
    { name: 'kind', type: 'categorical' as const, missing: 0, distinct: 4 },
    { ...column, name: 'y' },
  ],
};

function resolve(request: Request, table = TABLE) {
  return resolveEnsemble(requestSchema.parse(request), table);
}

function specOf(request: Request, table = TABLE) {
  const { spec, errors } = resolve(request, table);
  if (spec === null) throw new Error(JSON.stringify(errors));
  return spec;
}

/** Of the three products of each weight, and of the optimizer. */
function multiplyAddsOfEpoch(spec: TrainingSpec, table: DatasetShape): number {
  const { optimizer, batchSize } = spec.training;
  const network = networkOf(spec, table);
  const steps = Math.ceil(table.rows / Number(batchSize));
  const update = updateCostOf(createOptimizer(optimizer), learnedParameters(network));
  return 3 * sizeOf(network).multiplyAdds * table.rows + steps * update.multiplyAdds;
}

/** The scale of its embedding, or its activation. */
function kindOf({ network: { embedding, layers } }: EnsembleSpec['ensemble']['members'][number]): number | string {
  return embedding?.type === 'cosine' ? embedding.scale : layers[0].activation;
}

describe('the default members', () => {
  it.each([
    ['fast', 'y', [0.3, 1.2, 5, 'mish']],
    ['standard', 'y', [0.1, 0.3, 0.6, 1.2, 5, 'mish', 'selu']],
    ['fast', 'kind', ['mish', 'selu']],
    ['standard', 'kind', [0.1, 0.3, 0.6, 1.2, 5, 'mish', 'selu', 'selu']],
  ] as const)('of %s for %s are %s', (effort, target, kinds) => {
    const { ensemble } = specOf({ target, effort });
    expect(ensemble.members.map(kindOf)).toEqual(kinds);
  });

  it.each([
    ['y', ['mish', 'selu', 'mish', 'selu']],
    ['kind', ['mish', 'selu', 'selu', 'mish', 'selu', 'selu']],
  ] as const)('of best for %s have eight scales with each of two optimizers', (target, others) => {
    const { members } = specOf({ target, effort: 'best' }).ensemble;
    const scales = [0.02, 0.1, 0.3, 0.6, 1.2, 2.5, 5, 8];
    expect(members.map(kindOf)).toEqual([...scales, ...scales, ...others]);
    const optimizers = members.slice(0, 16).map(({ training }) => training.optimizer.type);
    expect(optimizers).toEqual([...scales.map(() => 'muon'), ...scales.map(() => 'adamw')]);
  });

  it('embed no numbers where there are none, or more than 500 columns', () => {
    const words = { ...TABLE, columns: TABLE.columns.filter(({ type }) => type !== 'numeric') };
    const of = (table: typeof TABLE) =>
      specOf({ target: 'kind', effort: 'standard' }, table).ensemble.members.map(kindOf);
    expect(of(words)).toEqual(['mish', 'selu', 'selu']);
    const number = TABLE.columns.filter(({ type, name }) => type === 'numeric' && name !== 'y')[0];
    const wide = Array.from({ length: 600 }, (_, i) => ({ ...number, name: `n${i}` }));
    expect(of({ ...TABLE, columns: [...TABLE.columns, ...wide] })).toEqual(['mish', 'selu', 'selu']);
  });

  it('are standard without an effort, and complete specs of single networks', () => {
    const spec = specOf({ target: 'kind', ensemble: {} });
    expect(spec).toEqual(specOf({ target: 'kind', effort: 'standard' }));
    expect(ensembleSpecSchema.parse(spec)).toEqual(spec);
    for (const member of memberSpecs(spec)) expect(trainingSpecSchema.parse(member)).toEqual(member);
  });

  it('have as many bins as the rows and columns allow, and smoothed labels for classes only', () => {
    const [bins, plain] = specOf({ target: 'y', effort: 'standard' }).ensemble.members.slice(-2);
    expect([bins.features.bins, plain.features.bins]).toEqual([48, 0]);
    expect(plain.features.scaling).toBe('standard');
    expect(plain.training.labelSmoothing).toBe(0);
    const few = specOf({ target: 'y', effort: 'fast' }, { ...TABLE, rows: 1000 }).ensemble.members;
    expect(few.at(-1)?.features.bins).toBe(10);
    const [, classes] = specOf({ target: 'kind', effort: 'standard' }).ensemble.members.slice(-2);
    expect(classes.training).toMatchObject({ labelSmoothing: 0.1, epochs: 160 });
  });

  it('train fewer epochs on more rows, and fewer for less effort', () => {
    const epochs = (effort: 'fast' | 'best', rows: number) =>
      specOf({ target: 'y', effort }, { ...TABLE, rows }).ensemble.members.at(-1)?.training.epochs ?? 0;
    expect(epochs('best', 20_000)).toBe(80);
    expect(epochs('fast', 200_000)).toBeLessThan(epochs('best', 200_000));
    expect(epochs('best', 10_000_000)).toBe(12);
  });

  it.each([
    ['fast', 6e11, 9000, 6],
    ['fast', 6e11, 5000, 60],
    ['standard', 5.5e12, 50_000, 6],
    ['standard', 5.5e12, 30_000, 60],
  ] as const)(
    'of %s have at most %d multiply-adds with %d rows and %d columns, those of muon included',
    (effort, budget, rows, width) => {
      const wide = Array.from({ length: width }, (_, i) => ({ ...column, name: `n${i}` }));
      const table = { rows, columns: [...wide, { ...column, name: 'y' }] };
      const specs = memberSpecs(specOf({ target: 'y', effort }, table));
      const planned = specs.reduce((sum, spec) => sum + spec.training.epochs * multiplyAddsOfEpoch(spec, table), 0);
      expect(Math.min(...specs.map(({ training }) => training.epochs))).toBeGreaterThan(12);
      expect(planned).toBeLessThan(1.05 * budget);
      expect(planned).toBeGreaterThan(0.9 * budget);
    },
  );

  it('use the features of the job', () => {
    const { members } = specOf({ target: 'y', effort: 'standard', features: { bins: 5, exclude: ['a'] } }).ensemble;
    for (const { features } of members) expect(features).toMatchObject({ bins: 5, exclude: ['a'] });
    const scaled = specOf({ target: 'y', effort: 'standard', features: { scaling: 'range' } }).ensemble.members;
    for (const { features } of scaled) expect(features.scaling).toBe('range');
  });
});

describe('the members of a request', () => {
  const members = [{ network: { layers: [{ units: 8 }] } }, { features: { bins: 0 }, training: { epochs: 7 } }];

  it('are networks as a single job describes its own, with the loss of the job', () => {
    const spec = specOf({
      target: 'y',
      features: { bins: 3 },
      training: { loss: 'mae', precision: 'bfloat16' },
      ensemble: { members, maxSelected: 2 },
    });
    const [first, second] = spec.ensemble.members;
    expect(first).toMatchObject({ network: { layers: [{ units: 8, activation: 'relu' }] }, features: { bins: 3 } });
    expect(second).toMatchObject({
      features: { bins: 0 },
      training: { epochs: 7, loss: 'mae', precision: 'bfloat16' },
    });
    expect(spec.ensemble).toMatchObject({ maxSelected: 2, folds: null });
    expect(spec.training).toEqual({ loss: 'mae', precision: 'bfloat16', seed: 1 });
  });

  it('have different seeds that follow from the seed of the job, unless they name one', () => {
    const property = fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (seed) => {
      const many = Array.from({ length: 64 }, () => ({ network: { layers: [] } }));
      const seeds = specOf({ target: 'y', training: { seed }, ensemble: { members: many } }).ensemble.members.map(
        ({ training }) => training.seed,
      );
      expect(new Set(seeds).size).toBe(64);
      expect(seeds[0]).toBe(seed);
    });
    fc.assert(property, { numRuns: 20 });
    const named = specOf({ target: 'y', ensemble: { members: [{ training: { seed: 7 } }, {}] } }).ensemble.members;
    expect(named[0].training.seed).toBe(7);
  });

  it('can be sent again as the job shows them', () => {
    const spec = specOf({ target: 'kind', effort: 'best', training: { seed: 5 } });
    expect(specOf(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });
});

describe('an ensemble', () => {
  const pathsOf = (request: Request) => resolve(request).errors.map(({ path }) => path);

  it.each<[string, Request, readonly string[]]>([
    ['a network', { target: 'y', effort: 'fast', network: {} }, ['/effort']],
    ['a network and a list', { target: 'y', ensemble: {}, network: {} }, ['/ensemble']],
    ['a budget and an effort', { target: 'y', effort: 'fast', budget: { seconds: 9 } }, ['/budget']],
    ['a budget of a network', { target: 'y', network: {}, budget: { seconds: 9 } }, ['/budget']],
    ['a budget without an ensemble', { target: 'y', budget: { seconds: 9 }, ensemble: null }, ['/budget']],
    ['a budget of listed members', { target: 'y', budget: { seconds: 9 }, ensemble: { members: [{}] } }, ['/budget']],
    ['no time', { target: 'y', budget: { seconds: 0 } }, ['/budget/seconds']],
    ['more than a day', { target: 'y', budget: { seconds: 86_401 } }, ['/budget/seconds']],
    ['an effort without an ensemble', { target: 'y', effort: 'fast', ensemble: null }, ['/effort']],
    ['an effort and a list', { target: 'y', effort: 'fast', ensemble: { members: [{}] } }, ['/effort']],
    ['settings of one network', { target: 'y', effort: 'fast', training: { epochs: 5 } }, ['/training/epochs']],
    ['no validation rows', { target: 'y', effort: 'fast', split: { validation: 0 } }, ['/split/validation']],
    [
      'different losses',
      { target: 'y', ensemble: { members: [{}, { training: { loss: 'mae' } }] } },
      ['/ensemble/members/1/training/loss'],
    ],
    [
      'different class weights',
      { target: 'kind', ensemble: { members: [{}, { training: { classWeights: 'balanced' } }] } },
      ['/ensemble/members/1/training/classWeights'],
    ],
    [
      'an unknown column of a member',
      { target: 'y', ensemble: { members: [{}, { features: { exclude: ['z'] } }] } },
      ['/ensemble/members/1/features/exclude/0'],
    ],
    [
      'a metric of another task',
      { target: 'y', ensemble: { members: [{ training: { earlyStopping: { metric: 'accuracy' } } }] } },
      ['/ensemble/members/0/training/earlyStopping/metric'],
    ],
    ['a mistake of the job, which is reported once', { target: 'z', ensemble: { members: [{}, {}] } }, ['/target']],
  ])('refuses %s', (_, request, paths) => {
    expect(pathsOf(request)).toEqual(paths);
  });

  it('accepts a split column that names the validation rows', () => {
    const columns = [...TABLE.columns, { name: 'part', type: 'categorical' as const, missing: 0, distinct: 3 }];
    const request = {
      target: 'y',
      effort: 'fast' as const,
      split: { method: 'column' as const, column: 'part', validation: 0 },
    };
    expect(resolve(request, { ...TABLE, columns }).errors).toEqual([]);
  });

  it('rejects members with unknown fields, and more than 64', () => {
    const issuesOf = (ensemble: unknown) => requestSchema.safeParse({ target: 'y', ensemble }).error?.issues ?? [];
    expect(issuesOf({ members: [{ layers: [] }] })[0].path).toEqual(['ensemble', 'members', 0]);
    expect(issuesOf({ members: Array(65).fill({}) })[0].path).toEqual(['ensemble', 'members']);
    expect(issuesOf({ members: [] })[0].path).toEqual(['ensemble', 'members']);
    expect(issuesOf({ maxSelected: 0 })[0].path).toEqual(['ensemble', 'maxSelected']);
  });
});

describe('the folds', () => {
  const small = { ...TABLE, rows: 7000 };
  const foldsOf = (request: Omit<Request, 'target'>, table = small) =>
    specOf({ target: 'y', ...request }, table).ensemble;
  const issuesOf = (request: Omit<Request, 'target'>, table = small) =>
    resolve({ target: 'y', ...request }, table).errors;

  it('are five for `best` below 5,000 training rows, unless the split has an order or a column', () => {
    expect(foldsOf({ effort: 'best' })).toMatchObject({ folds: 5, maxSelected: 40 });
    expect(foldsOf({ effort: 'best' }, { ...TABLE, rows: 7200 })).toMatchObject({ folds: null, maxSelected: 16 });
    expect(foldsOf({ effort: 'best', split: { method: 'group', column: 'a' } }).folds).toBe(5);
    expect(foldsOf({ effort: 'best', split: { method: 'group', column: 'colour' } }).folds).toBeNull();
    expect(foldsOf({ effort: 'best', split: { method: 'column', column: 'colour' } }).folds).toBeNull();
    expect(foldsOf({ effort: 'best', split: { method: 'ordered' } }).folds).toBeNull();
    expect(foldsOf({ effort: 'standard' }).folds).toBeNull();
    expect(foldsOf({ effort: 'best', ensemble: { folds: null } }).folds).toBeNull();
    expect(foldsOf({ effort: 'best', ensemble: { maxSelected: 8 } })).toMatchObject({ folds: null, maxSelected: 8 });
  });

  it('train a network of each member a fold, each with its own seed', () => {
    const spec = specOf({ target: 'y', effort: 'fast', ensemble: { folds: 3 } }, small);
    const networks = ensembleNetworks(spec);
    expect(networks.map(({ member, fold }) => [member, fold]).slice(0, 4)).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 1],
    ]);
    expect(networks).toHaveLength(3 * spec.ensemble.members.length);
    expect(new Set(networks.map((network) => network.spec.training.seed)).size).toBe(networks.length);
    for (const network of networks) expect(trainingSpecSchema.parse(network.spec)).toEqual(network.spec);
  });

  it('need no validation part', () => {
    const split = { validation: 0, test: 0.2 };
    expect(foldsOf({ effort: 'fast', ensemble: { folds: 5 }, split }).folds).toBe(5);
    expect(issuesOf({ effort: 'fast', split }).map(({ path }) => path)).toEqual(['/split/validation']);
  });

  it.each([
    ['an ordered split', { folds: 5, split: { method: 'ordered' as const } }, '/ensemble/folds', /earlier rows/],
    ['fewer networks than folds', { folds: 5, maxSelected: 4 }, '/ensemble/maxSelected', /at least the 5 folds, got 4/],
    ['few rows', { folds: 5, rows: 9 }, '/ensemble/folds', /at least 10 rows for 5 folds, got 9/],
    [
      'few groups',
      { folds: 5, split: { method: 'group' as const, column: 'colour' } },
      '/ensemble/folds',
      /at least 5 groups for 5 folds, got 3/,
    ],
  ])('are refused with %s', (_, { split, rows = 7000, ...ensemble }: Refused, path, message) => {
    const request = { effort: 'fast' as const, ensemble, ...(split && { split }) };
    expect(issuesOf(request, { ...TABLE, rows })).toEqual([{ path, message: expect.stringMatching(message) }]);
  });
});

interface Refused {
  readonly folds: number;
  readonly maxSelected?: number;
  readonly rows?: number;
  readonly split?: Request['split'];
}
