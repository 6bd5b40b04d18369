import { describe, expect, it } from 'vitest';
import { chooseColumns } from '../../src/features/choose.ts';
import { describeInputs } from '../../src/features/describe.ts';
import { fitFeatures, fittedFeaturesSchema, inputNames, transform } from '../../src/features/features.ts';
import { findLeaks } from '../../src/features/leaks.ts';
import { firstRows, numbers, tableOf, words } from './columns.ts';
import { settingsOf } from './settings.ts';

const TABLE = tableOf(
  numbers('age', [20, 30, 40, 50]),
  words('job', ['a', 'b', 'a', null]),
  words('id', ['x1', 'x2', 'x3', 'x4'], 'identifier'),
  words('note', ['hello', 'you', 'there', 'all'], 'text'),
  numbers('k', [1, 1, 1, 1]),
  numbers('y', [0, 1, 0, 1]),
);

describe('features', () => {
  it('leave out the target, identifiers, text and constants, and say so', () => {
    const { features, warnings } = fitFeatures(TABLE, firstRows(4), settingsOf(), ['y']);
    expect(inputNames(features)).toEqual(['age', 'job=a', 'job=b', 'job is missing']);
    expect(warnings.map(({ code, column }) => [code, column])).toEqual([['constant_column', 'k']]);
    const choice = chooseColumns(TABLE.columns, settingsOf(), ['y']);
    expect(choice.warnings.map(({ code }) => code)).toEqual(['identifier_left_out', 'text_left_out']);
  });

  it('honour columns that are named', () => {
    const settings = settingsOf({ exclude: ['age'], include: ['note'], types: { id: 'categorical' } });
    const { features } = fitFeatures(TABLE, firstRows(4), settings, ['y']);
    expect(features.columns.map(({ column }) => column)).toEqual(['job', 'id', 'note']);
  });

  it('put one row after the other, in the order of the names', () => {
    const { features } = fitFeatures(TABLE, firstRows(4), settingsOf({ scaling: 'standard' }), ['y']);
    const X = transform(features, TABLE, Int32Array.of(3, 0));
    expect([...X.subarray(1, 4)]).toEqual([0, 0, 1]);
    expect([...X.subarray(5, 8)]).toEqual([1, 0, 0]);
    expect(X[0]).toBe(-X[4]);
  });

  it('find columns by name, wherever they stand, and do without those that are gone', () => {
    const { features } = fitFeatures(TABLE, firstRows(4), settingsOf(), ['y']);
    const X = transform(features, tableOf(words('extra', ['?']), words('job', ['b'])));
    expect([...X.subarray(1)]).toEqual([0, 1, 0]);
  });

  it('come back from JSON as they were', () => {
    const { features } = fitFeatures(TABLE, firstRows(4), settingsOf({ pieces: 2 }), ['y']);
    const kept = fittedFeaturesSchema.parse(JSON.parse(JSON.stringify(features)));
    expect(transform(kept, TABLE)).toEqual(transform(features, TABLE));
    expect(() => fittedFeaturesSchema.parse({ ...features, version: 2 })).toThrow();
  });

  it('are described as people read them', () => {
    const { features } = fitFeatures(TABLE, firstRows(4), settingsOf(), ['y']);
    expect(describeInputs(features)).toEqual([
      { name: 'age', type: 'numeric', range: [20, 50] },
      { name: 'job', type: 'categorical', categories: ['a', 'b'] },
    ]);
  });

  it('name constants of a wide table in one warning', () => {
    const columns = Array.from({ length: 100 }, (_, i) => numbers(`c${i}`, [0, 0]));
    const { warnings } = fitFeatures(tableOf(...columns), firstRows(2), settingsOf(), []);
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringMatching(/^100 columns .*'c0'/)]);
  });

  it('say when a column has more categories than inputs', () => {
    const table = tableOf(words('c', ['a', 'b', 'c', 'd', 'e', 'f']));
    const { warnings } = fitFeatures(table, firstRows(6), settingsOf({ maxCategories: 2 }), []);
    expect(warnings.map(({ code }) => code)).toEqual(['categories_folded']);
  });
});

describe('leaks', () => {
  const rows = firstRows(40);
  const target = words(
    'y',
    [...rows].map((row) => (row % 3 === 0 ? 'yes' : 'no')),
  );

  it('are columns that are the target under other names', () => {
    const copy = numbers(
      'copy',
      [...rows].map((row) => (row % 3 === 0 ? 7 : 5)),
    );
    const honest = numbers(
      'honest',
      [...rows].map((row) => row % 4),
    );
    expect(findLeaks([copy, honest], target, rows, 'classes').map(({ column }) => column)).toEqual(['copy']);
  });

  it('are equal numbers in a regression, not just distinct ones', () => {
    const y = numbers(
      'y',
      [...rows].map((row) => row / 2),
    );
    const distinct = numbers('row', [...rows]);
    expect(findLeaks([{ ...y, name: 'copy' }, distinct], y, rows, 'number').map(({ column }) => column)).toEqual([
      'copy',
    ]);
  });
});
