import { describe, expect, it } from 'vitest';
import { describeInputs } from '../../src/features/describe.ts';
import { fitFeatures, fittedFeaturesSchema, inputNames } from '../../src/features/features.ts';
import { selectFeatureColumns } from '../../src/features/selectFeatureColumns.ts';
import { layoutOf, transform } from '../../src/features/transform.ts';
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
  it('leave out the target, identifiers, text and constants, with warnings', () => {
    const { features, warnings } = fitFeatures(TABLE, firstRows(4), settingsOf(), ['y']);
    expect(inputNames(features)).toEqual(['age', 'job=a', 'job=b', 'job is missing']);
    expect(warnings.map(({ code, column }) => [code, column])).toEqual([['constant_column', 'k']]);
    const choice = selectFeatureColumns(TABLE.columns, settingsOf(), ['y']);
    expect(choice.warnings.map(({ code }) => code)).toEqual(['identifier_left_out', 'text_left_out']);
  });

  it('give the reason of the requested type for a column that is left out', () => {
    const { warnings } = selectFeatureColumns(
      [numbers('age', [1, 2])],
      settingsOf({ types: { age: 'identifier' } }),
      [],
    );
    expect(warnings).toEqual([expect.objectContaining({ code: 'identifier_left_out', column: 'age' })]);
  });

  it.each([
    [100, []],
    [-101, ['large_unscaled_column age']],
  ])('warn of an unscaled number of %d', (age, expected) => {
    const table = tableOf(numbers('age', [0, age]), numbers('share', [0, 1]));
    const warned = (scaling: 'none' | 'standard') =>
      fitFeatures(table, firstRows(2), settingsOf({ scaling }), []).warnings.map(
        ({ code, column }) => `${code} ${column}`,
      );
    expect(warned('none')).toEqual(expected);
    expect(warned('standard')).toEqual([]);
  });

  it('warn once of many columns that are large and not scaled', () => {
    const table = tableOf(...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => numbers(name, [0, 1000])));
    const { warnings } = fitFeatures(table, firstRows(2), settingsOf({ scaling: 'none' }), []);
    expect(warnings).toEqual([
      {
        code: 'large_unscaled_column',
        message: expect.stringContaining(
          "6 columns have values beyond ±100 and are not scaled ('a', 'b', 'c', 'd', 'e' and others)",
        ),
      },
    ]);
  });

  it('use columns that the job names', () => {
    const settings = settingsOf({ exclude: ['age'], include: ['note'], types: { id: 'categorical' } });
    const { features } = fitFeatures(TABLE, firstRows(4), settings, ['y']);
    expect(features.columns.map(({ column }) => column)).toEqual(['job', 'id', 'note']);
  });

  it('store rows one after the other: scaled numbers, and codes of categories', () => {
    const { features } = fitFeatures(TABLE, firstRows(4), settingsOf({ scaling: 'standard' }), ['y']);
    const { X, codes } = transform(features, TABLE, Int32Array.of(3, 0));
    expect(X).toHaveLength(2);
    expect(X[0]).toBe(-X[1]);
    expect([...codes]).toEqual([2, 0]);
  });

  it('put categories after all other inputs, one code per column', () => {
    const table = tableOf(
      words('job', ['a', 'b', 'a', null]),
      numbers('age', [20, 30, 40, 50]),
      words('town', ['x', 'x', 'y', 'z']),
    );
    const { features } = fitFeatures(table, firstRows(4), settingsOf(), []);
    expect(inputNames(features)).toEqual(['age', 'job=a', 'job=b', 'job is missing', 'town=x', 'town=y', 'town=z']);
    const unknownCategory = [0.5, 0.25, 0.25];
    expect(layoutOf(features)).toEqual({
      inputs: 7,
      oneHot: [
        { inputs: 3, unknownCategory: [] },
        { inputs: 3, unknownCategory },
      ],
    });
    const { codes } = transform(features, table);
    expect([...codes]).toEqual([0, 3, 1, 3, 0, 4, 2, 5]);
  });

  it('have NO_CODE for an unseen category without an input for it', () => {
    const table = tableOf(words('town', ['x', 'x', 'y', 'z', null]));
    const { features } = fitFeatures(table, firstRows(3), settingsOf(), []);
    expect([...transform(features, table).codes]).toEqual([0, 0, 1, -1, -1]);
  });

  it('find columns by name in any order, and treat absent ones as missing', () => {
    const { features } = fitFeatures(TABLE, firstRows(4), settingsOf(), ['y']);
    const { X, codes } = transform(features, tableOf(words('extra', ['?']), words('job', ['b'])));
    expect([X.length, ...codes]).toEqual([1, 1]);
  });

  it('survive JSON unchanged', () => {
    const { features } = fitFeatures(TABLE, firstRows(4), settingsOf({ bins: 2 }), ['y']);
    const parsed = fittedFeaturesSchema.parse(JSON.parse(JSON.stringify(features)));
    expect(transform(parsed, TABLE)).toEqual(transform(features, TABLE));
    expect(() => fittedFeaturesSchema.parse({ ...features, version: 2 })).toThrow();
  });

  it('are described in the order of the dataset', () => {
    const { features } = fitFeatures(TABLE, firstRows(4), settingsOf(), ['y']);
    expect(describeInputs(features, ['job', 'age'])).toEqual([
      { name: 'job', type: 'categorical', categories: ['a', 'b'] },
      { name: 'age', type: 'numeric', range: [20, 50] },
    ]);
  });

  it('share one warning for the constants of a wide table', () => {
    const columns = Array.from({ length: 100 }, (_, i) => numbers(`c${i}`, [0, 0]));
    const { warnings } = fitFeatures(tableOf(...columns), firstRows(2), settingsOf(), []);
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringMatching(/^100 columns .*'c0'/)]);
  });

  it('warn when a column has more categories than inputs', () => {
    const table = tableOf(words('c', ['a', 'b', 'c', 'd', 'e', 'f']));
    const { warnings } = fitFeatures(table, firstRows(6), settingsOf({ maxCategories: 2 }), []);
    expect(warnings.map(({ code }) => code)).toEqual(['categories_folded']);
  });
});
