import { describe, expect, it } from 'vitest';
import type { FitSettings } from '../../src/features/columns/columnType.ts';
import { numeric } from '../../src/features/columns/numeric.ts';
import type { Column } from '../../src/formats/table.ts';
import { firstRows, numbers, words } from './columns.ts';

const STANDARD = { scaling: 'standard', bins: 0 } as const;

type Options = Pick<FitSettings, 'scaling' | 'bins'>;

function inputsOf(
  column: Column,
  fitRows: number,
  given: Column | undefined,
  rows: number,
  options: Options = STANDARD,
) {
  const fitted = numeric.fit(column, firstRows(fitRows), options);
  if (fitted === undefined) throw new Error('nothing was fitted');
  const width = numeric.inputs(fitted).length;
  const values = new Float64Array(rows * width);
  numeric.writer(fitted, given)(firstRows(rows), { values, offset: 0, width });
  return { names: numeric.inputs(fitted), values: [...values] };
}

describe('a column of numbers', () => {
  it('fills missing values with the median and flags them when training rows had some', () => {
    const column = numbers('age', [1, 2, null, 3]);
    const { names, values } = inputsOf(column, 4, column, 4);
    expect(names).toEqual(['age', 'age is missing']);
    expect(values.filter((_value, i) => i % 2 === 1)).toEqual([0, 0, 1, 0]);
    expect(values[4]).toBe(values[2]);
  });

  it('has no flag without missing training values, and fills later ones', () => {
    const { names, values } = inputsOf(numbers('age', [1, 2, 3]), 3, numbers('age', [null]), 1);
    expect(names).toEqual(['age']);
    expect(values).toEqual([0]);
  });

  it('is not changed without scaling, and missing values are the median', () => {
    const column = numbers('age', [0.1, 2, null, 30]);
    const { values } = inputsOf(column, 4, column, 4, { scaling: 'none', bins: 0 });
    expect(values).toEqual([0.1, 0, 2, 0, 2, 1, 30, 0]);
  });

  it('is not changed without scaling when it has one value and missing ones', () => {
    const column = numbers('age', [7, null]);
    expect(inputsOf(column, 2, column, 2, { scaling: 'none', bins: 0 }).values).toEqual([7, 0, 7, 1]);
  });

  it('treats infinite values as missing', () => {
    const { values } = inputsOf(numbers('age', [1, 2, 3]), 3, numbers('age', [Number.POSITIVE_INFINITY]), 1);
    expect(values).toEqual([0]);
  });

  it('is fitted to the given rows only', () => {
    const { values } = inputsOf(numbers('age', [1, 2, 3, 1000]), 3, numbers('age', [2]), 1);
    expect(values).toEqual([0]);
  });

  it('is left out when all rows are equal or missing', () => {
    expect(numeric.fit(numbers('k', [5, 5, 5]), firstRows(3), STANDARD)).toBeUndefined();
    expect(numeric.fit(numbers('k', [null, null]), firstRows(2), STANDARD)).toBeUndefined();
  });

  it('is used when only its missing values differ', () => {
    const { names, values } = inputsOf(numbers('k', [5, null]), 2, numbers('k', [5, null]), 2);
    expect(names).toEqual(['k', 'k is missing']);
    expect(values).toEqual([0, 0, 0, 1]);
  });

  it('reads numbers in words', () => {
    const { values } = inputsOf(words('age', ['1', '2', '3']), 3, words('age', ['2', 'old']), 2);
    expect(values).toEqual([0, 0]);
  });

  it.each([
    ['300 orders of magnitude', [-1e300, 1e-300, 0, 1e300, 1]],
    ['all orders of magnitude', [-1.7e308, 5e-324, 0, 1.7e308, 1, -5e-324, 1e-323]],
    ['no more than a denormal between them', [0, 5e-324, 1e-323, 1.5e-323, 2e-323]],
  ])('stays finite with values of %s', (_what, distinct) => {
    const rows = 100;
    const column = numbers(
      'x',
      Array.from({ length: rows }, (_, row) => distinct[row % distinct.length]),
    );
    for (const scaling of ['standard', 'quantileNormal', 'range'] as const) {
      const { values: inputs } = inputsOf(column, rows, column, rows, { scaling, bins: 4 });
      expect(inputs.every(Number.isFinite), scaling).toBe(true);
    }
  });

  it('rises from 0 to 1 within each bin', () => {
    const column = numbers(
      'x',
      Array.from({ length: 101 }, (_, i) => i),
    );
    const fitted = numeric.fit(column, firstRows(101), { scaling: 'standard', bins: 4 });
    if (fitted === undefined) throw new Error('nothing was fitted');
    expect(numeric.inputs(fitted)).toEqual([
      'x',
      'x from 0 to 25',
      'x from 25 to 50',
      'x from 50 to 75',
      'x from 75 to 100',
    ]);
    const values = new Float64Array(5);
    numeric.writer(fitted, numbers('x', [60]))(firstRows(1), { values, offset: 0, width: 5 });
    expect([...values.subarray(1)]).toEqual([1, 1, 0.4, 0]);
  });
});
