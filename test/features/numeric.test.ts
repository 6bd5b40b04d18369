import { describe, expect, it } from 'vitest';
import { fitNumeric, numericInputs, writeNumeric } from '../../src/features/numeric.ts';
import type { Column } from '../../src/kit/table.ts';
import { firstRows, numbers, words } from './columns.ts';

const STANDARD = { scaling: 'standard', pieces: 0 } as const;

function inputsOf(column: Column, fitRows: number, given: Column | undefined, rows: number) {
  const fitted = fitNumeric(column, firstRows(fitRows), STANDARD);
  if (fitted === undefined) throw new Error('nothing was fitted');
  const width = numericInputs(fitted).length;
  const values = new Float64Array(rows * width);
  writeNumeric(fitted, given, firstRows(rows), { values, offset: 0, width });
  return { names: numericInputs(fitted), values: [...values] };
}

describe('a column of numbers', () => {
  it('fills missing values with the median and flags them when training met some', () => {
    const column = numbers('age', [1, 2, null, 3]);
    const { names, values } = inputsOf(column, 4, column, 4);
    expect(names).toEqual(['age', 'age is missing']);
    expect(values.filter((_value, i) => i % 2 === 1)).toEqual([0, 0, 1, 0]);
    expect(values[4]).toBe(values[2]);
  });

  it('has no flag when training met no missing value, and fills those that come later', () => {
    const { names, values } = inputsOf(numbers('age', [1, 2, 3]), 3, numbers('age', [null]), 1);
    expect(names).toEqual(['age']);
    expect(values).toEqual([0]);
  });

  it('takes infinite values for missing ones', () => {
    const { values } = inputsOf(numbers('age', [1, 2, 3]), 3, numbers('age', [Number.POSITIVE_INFINITY]), 1);
    expect(values).toEqual([0]);
  });

  it('is fitted to the given rows alone', () => {
    const { values } = inputsOf(numbers('age', [1, 2, 3, 1000]), 3, numbers('age', [2]), 1);
    expect(values).toEqual([0]);
  });

  it('says nothing when all rows are equal or missing', () => {
    expect(fitNumeric(numbers('k', [5, 5, 5]), firstRows(3), STANDARD)).toBeUndefined();
    expect(fitNumeric(numbers('k', [null, null]), firstRows(2), STANDARD)).toBeUndefined();
  });

  it('is worth keeping when only its absence says something', () => {
    const { names, values } = inputsOf(numbers('k', [5, null]), 2, numbers('k', [5, null]), 2);
    expect(names).toEqual(['k', 'k is missing']);
    expect(values).toEqual([0, 0, 0, 1]);
  });

  it('reads words that are numbers', () => {
    const { values } = inputsOf(words('age', ['1', '2', '3']), 3, words('age', ['2', 'old']), 2);
    expect(values).toEqual([0, 0]);
  });

  it('stays finite with values of 300 orders of magnitude', () => {
    const column = numbers('x', [-1e300, 1e-300, 0, 1e300, 1]);
    expect(inputsOf(column, 5, column, 5).values.every(Number.isFinite)).toBe(true);
  });

  it('rises from 0 to 1 within each piece', () => {
    const column = numbers(
      'x',
      Array.from({ length: 101 }, (_, i) => i),
    );
    const fitted = fitNumeric(column, firstRows(101), { scaling: 'standard', pieces: 4 });
    if (fitted === undefined) throw new Error('nothing was fitted');
    expect(numericInputs(fitted)).toEqual([
      'x',
      'x from 0 to 25',
      'x from 25 to 50',
      'x from 50 to 75',
      'x from 75 to 100',
    ]);
    const values = new Float64Array(5);
    writeNumeric(fitted, numbers('x', [60]), firstRows(1), { values, offset: 0, width: 5 });
    expect([...values.subarray(1)]).toEqual([1, 1, 0.4, 0]);
  });
});
