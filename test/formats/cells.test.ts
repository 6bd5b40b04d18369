import { describe, expect, it } from 'vitest';
import { cellsOf } from '../../src/formats/cells.ts';
import type { NumberType } from '../../src/formats/columnTypes.ts';
import type { ParseOptions } from '../../src/formats/parseOptions.ts';

const time = (text: string) => Date.parse(text);

function number(type: NumberType, cell: unknown, options: ParseOptions = {}): number | undefined {
  const cells = cellsOf(options, type);
  if (!('number' in cells)) throw new Error(`${type} is not a type of numbers.`);
  return cells.number(cell);
}

function word(cell: unknown, options: ParseOptions = {}): string | null {
  const cells = cellsOf(options, 'categorical');
  if (!('word' in cells)) throw new Error('Categories are words.');
  return cells.word(cell);
}

describe('a cell of a column without a known format', () => {
  it.each([
    ['37', 37],
    [' -1.5e3 ', -1500],
    ['+.5', 0.5],
    ['1,234,567.5', 1234567.5],
    ['6,4', 6.4],
    ['1,234', 1234],
    ['1.234.567,5', 1234567.5],
    ['0x10', undefined],
    ['Infinity', undefined],
    ['1e999', undefined],
    ['12 apples', undefined],
  ])('%j is the number %j', (cell, value) => {
    expect(number('numeric', cell)).toBe(value);
  });

  it.each(['', ' ', '\u00a0', 'NA', 'NaN', 'null', 'NULL', '?', ' ? ', undefined, null])(
    '%j is missing in a column of any type',
    (cell) => {
      const numbers = (['numeric', 'boolean', 'datetime'] as const).map((type) => number(type, cell));
      expect([...numbers, word(cell)]).toEqual([Number.NaN, Number.NaN, Number.NaN, null]);
    },
  );

  it.each([
    ['2024-02-03', '2024-02-03'],
    ['2024-02-03 04:05:06', '2024-02-03T04:05:06Z'],
    ['2024-02-03T04:05:06.5+02:00', '2024-02-03T02:05:06.5Z'],
    ['2/3/2024', '2024-02-03'],
    ['13/2/2024', '2024-02-13'],
    ['02-03-2024 4:05 PM', '2024-02-03T16:05Z'],
    ['3.2.2024', '2024-02-03'],
    ['3.2.99 04:05', '1999-02-03T04:05Z'],
    ['2024/02/03', '2024-02-03'],
    ['3 Feb 2024', '2024-02-03'],
    ['3-Feb-2024', '2024-02-03'],
    ['February 3, 2024', '2024-02-03'],
  ])('%j is the time %s', (cell, iso) => {
    expect(number('datetime', cell)).toBe(time(iso));
  });

  it.each(['epoch', 'May', '31.2.2024', '2024', '1/1/2024 noon', '25:00', '2021-02-30', '2024-01-01junk'])(
    '%j is not a time',
    (cell) => {
      expect(number('datetime', cell)).toBeUndefined();
    },
  );
});

describe('a cell of a column with a known format', () => {
  it.each([
    ['decimalComma', '1,234', 1.234],
    ['thousandsPoint', '1.234', 1234],
    ['thousandsComma', '1,234', 1234],
    ['thousandsComma', '0,125', undefined],
    ['thousandsPoint', '0.5', undefined],
    ['thousandsSpace', '1\u202f234\u00a0567,5', 1_234_567.5],
    ['plain', '\u22125', -5],
    ['plain', '(5.2)', -5.2],
    ['plain', '5%', undefined],
    ['plain %', '5 %', 5],
    ['decimalComma €', '1,5\u00a0€', 1.5],
    ['thousandsComma $', '-$1,234.50', -1234.5],
  ])('%s: %j is the number %j', (form, cell, value) => {
    expect(number('numeric', cell, { form })).toBe(value);
  });

  it.each([
    ['%d/%m/%Y', '3/2/2024', '2024-02-03'],
    ['%d-%m-%Y', '03-02-2024 04:05', '2024-02-03T04:05Z'],
    ['%d/%m/%y', '3/2/24', '2024-02-03'],
    ['%d-%b-%y', '11-JAN-52', '2052-01-11'],
    ['%d-%b-%y', '11-JAN-69', '1969-01-11'],
    ['%m/%d/%Y', '3/2/2024', '2024-03-02'],
    ['%m/%d/%Y', '2024-02-03T04:05:06.007Z', '2024-02-03T04:05:06.007Z'],
  ])('%s: %j is the time %s', (form, cell, iso) => {
    expect(number('datetime', cell, { form })).toBe(time(iso));
  });

  it('is not read in another format', () => {
    expect(number('datetime', '2/13/2024', { form: '%d/%m/%Y' })).toBeUndefined();
    expect(number('boolean', 'yes', { form: 'trueFalse' })).toBeUndefined();
  });

  it('is missing for the own marks of the dataset only', () => {
    const options = { nullValues: ['-999', 'none'] };
    expect([number('numeric', '-999', options), number('numeric', '', options)]).toEqual([Number.NaN, Number.NaN]);
    expect([word('none', options), word('NA', options)]).toEqual([null, 'NA']);
    expect(number('numeric', -999, options)).toBeNaN();
  });

  it('has the type of the column in the dataset, not that of the model', () => {
    expect(number('numeric', 'yes', { type: 'boolean', form: 'anyBoolean' })).toBe(1);
    expect('word' in cellsOf({ type: 'categorical' }, 'numeric')).toBe(true);
  });
});

describe('a cell of JSON', () => {
  it('is read as its text', () => {
    const cells = [37, '37', true, {}];
    expect(cells.map((cell) => number('numeric', cell))).toEqual([37, 37, undefined, undefined]);
    expect([true, 'No', 2].map((cell) => number('boolean', cell))).toEqual([1, 0, undefined]);
    expect([7, true, '{"a":[1]}'].map((cell) => word(cell))).toEqual(['7', 'true', '{"a":[1]}']);
    expect(number('datetime', 86_400_000)).toBeUndefined();
  });

  it('is a number without a format if it is a number', () => {
    expect(number('numeric', 1.234, { form: 'thousandsPoint' })).toBe(1.234);
    expect(number('numeric', '1.234', { form: 'thousandsPoint' })).toBe(1234);
  });
});
