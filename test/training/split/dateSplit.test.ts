import { describe, expect, it } from 'vitest';
import { createGenerator } from '../../../src/engine/random.ts';
import type { Table } from '../../../src/formats/table.ts';
import { prepare } from '../../../src/training/prepare.ts';
import { resolveEnsemble } from '../../../src/training/resolve/ensemble/resolveEnsemble.ts';
import { resolveSpec } from '../../../src/training/resolve/resolve.ts';
import { memberSpecs } from '../../../src/training/schemas/ensemble.ts';
import { specRequestSchema } from '../../../src/training/schemas/spec.ts';
import type { SplitRequest } from '../../../src/training/schemas/split.ts';
import { unpackSplit } from '../../../src/training/split/packed.ts';
import { pickColumns, pinColumns } from '../../../src/worker/thread/columns.ts';
import { numbers, tableOf } from '../../features/columns.ts';
import { trainOn } from '../ensemble/members.ts';
import { profileOf, specFor } from '../profile.ts';

const DAY_MS = 86_400_000;

/** y = slope * x, with a slope that grows with the day. The rows are in no order. */
function driftingTable(rows: number, days: number): Table {
  const generator = createGenerator(11);
  const day = Array.from({ length: rows }, (_, row) => ((row * 7919) % rows) * (days / rows));
  const x = day.map(() => generator.normal());
  return tableOf(
    numbers(
      'sold',
      day.map((of) => of * DAY_MS),
      'datetime',
    ),
    numbers('x', x),
    numbers(
      'y',
      x.map((value, row) => value * (1 + (10 * day[row]) / days) + 0.1 * generator.normal()),
    ),
  );
}

const TABLE = driftingTable(600, 300);

function resolve(request: { readonly split?: SplitRequest; readonly features?: object }, table = TABLE) {
  return resolveSpec(specRequestSchema.parse({ target: 'y', ...request }), profileOf(table));
}

describe('a table with a date column and a request without a split', () => {
  it('tests and validates on the latest rows, and says how to choose another split', () => {
    const { spec, warnings } = resolve({});
    expect(spec?.split).toEqual({ method: 'ordered', column: 'sold', validation: 0.15, test: 0.15 });
    expect(warnings).toEqual([
      {
        code: 'split_by_date',
        column: 'sold',
        message: expect.stringMatching(/'sold' orders the rows.*"split": \{"method": "random"\}/),
      },
    ]);
    const { values } = TABLE.columns[0] as ReturnType<typeof numbers>;
    const partOf = unpackSplit(prepare(TABLE, specFor(TABLE, { target: 'y' })).split);
    const timesOf = (name: string) => [...values].filter((_, row) => partOf(row) === name);
    expect(Math.max(...timesOf('training'))).toBeLessThan(Math.min(...timesOf('validation')));
    expect(Math.max(...timesOf('validation'))).toBeLessThan(Math.min(...timesOf('test')));
    expect(timesOf('test')).toHaveLength(90);
  });

  it('measures the drift that later rows have, which random validation rows hide', () => {
    const request = { target: 'y', features: { exclude: ['sold'] }, network: { layers: [{ units: 8 }] } };
    const training = { epochs: 20 };
    const lossOf = (split?: SplitRequest) =>
      trainOn(TABLE, 1, { ...request, training, ...(split && { split }) }).result?.best.validationLoss ?? 0;
    expect(lossOf()).toBeGreaterThan(1.5 * lossOf({ method: 'random' }));
  });

  it('has the same split in every member of an ensemble, whatever types these read', () => {
    const members = [{}, { features: { types: { sold: 'numeric' as const } } }];
    const request = { ...specRequestSchema.parse({ target: 'y' }), ensemble: { members } };
    const { spec, warnings } = resolveEnsemble(request, profileOf(TABLE));
    expect(warnings.map(({ code }) => code)).toEqual(['split_by_date']);
    const split = { method: 'ordered', column: 'sold', validation: 0.15, test: 0.15 };
    expect(spec && memberSpecs(spec).map((member) => member.split)).toEqual([split, split]);
  });

  it('reads the column from the file also when it is not a feature', () => {
    const { spec } = resolve({ features: { exclude: ['sold'] } });
    if (spec === null) throw new Error('no spec');
    const pinned = pinColumns(spec, profileOf(TABLE).columns);
    expect(pinned.columns).toEqual(['y', 'sold', 'x']);
    const { features } = prepare(pickColumns(TABLE, pinned.columns), pinned.spec);
    expect(features.columns.map(({ column }) => column)).toEqual(['x']);
  });

  it('uses the column with the fewest missing times', () => {
    const [sold, ...others] = TABLE.columns;
    const returned = { ...(sold as ReturnType<typeof numbers>), name: 'returned' };
    const sparse = { ...returned, values: returned.values.map((value, row) => (row % 3 === 0 ? value : Number.NaN)) };
    expect(resolve({}, tableOf(sparse, sold, ...others)).spec?.split).toMatchObject({ column: 'sold' });
    expect(resolve({}, tableOf(returned, sold, ...others)).spec?.split).toMatchObject({ column: 'returned' });
  });
});

describe('the split is random', () => {
  const isRandom = ({ spec, warnings }: ReturnType<typeof resolve>) => {
    expect(spec?.split.method).toBe('random');
    expect(warnings).toEqual([]);
  };

  it('if the request has one', () => {
    isRandom(resolve({ split: { method: 'random' } }));
    isRandom(resolve({ split: { validation: 0.3 } }));
  });

  it('if the times span 20 days or fewer, or are 20 or fewer', () => {
    isRandom(resolve({}, driftingTable(600, 20)));
    isRandom(resolve({}, driftingTable(20, 300)));
  });

  it('if the request reads the column as another type', () => {
    isRandom(resolve({ features: { types: { sold: 'categorical' } } }));
  });
});

it.each([
  ['words', 'colour', /'colour' is categorical, which has no order/],
  ['no column', 'sould', /no column 'sould'. Did you mean `sold`/],
  ['the target', 'y', /'y' is the target, so it cannot define the split/],
])('an ordered split by %s is refused', (_, column, message) => {
  const dataset = profileOf(TABLE);
  const colour = { name: 'colour', type: 'categorical' as const, missing: 0, distinct: 3 };
  const request = specRequestSchema.parse({ target: 'y', split: { method: 'ordered', column } });
  const { errors } = resolveSpec(request, { ...dataset, columns: [...dataset.columns, colour] });
  expect(errors).toEqual([{ path: '/split/column', message: expect.stringMatching(message) }]);
});
